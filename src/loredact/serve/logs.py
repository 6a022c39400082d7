"""Logs: a JSON object a line on standard error, of fields that are named here and hold nothing of any text.

What libraries log is not ours to vouch for: of their records the logger's name and the level are told, and no message.
"""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)

_OURS = "loredact"
_FIELDS = ("method", "route", "status", "milliseconds", "customer", "bytes", "fault", "place", "address", "worker")


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.split(".")[0] == _OURS
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage() if ours else f"a message of {record.name}, withheld",
        }
        if (request_id := REQUEST_ID.get()) is not None:
            line["request_id"] = request_id
        line |= {name: value for name in _FIELDS if (value := getattr(record, name, None)) is not None}
        if record.exc_info and record.exc_info[0] is not None:
            line["fault"], line["place"] = record.exc_info[0].__name__, _place_of(record.exc_info[2])
        return json.dumps(line)


def _place_of(trace: TracebackType | None) -> str:
    """The file's name and the line at which an error was raised."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else "unknown"


def to_standard_error(level: str) -> None:
    """Have all loggers of this process write lines to standard error, ours from `level` on, others their warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(_OURS).setLevel(level.upper())
    # Tracebacks of theirs quote what they were given.
    logging.raiseExceptions = False
