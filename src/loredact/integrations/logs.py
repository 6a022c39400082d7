"""A filter for Python's `logging` that masks records before any handler writes them.

    handler.addFilter(MaskRecords(Masker.load()))

On a handler it masks what every logger sends there; on a logger, what is logged with that logger alone.
"""

import logging
import threading
import traceback

from loredact.masking import Masker


class MaskRecords(logging.Filter):
    """Masks a record's message, with its arguments put in, and what it shows of an exception.

    What cannot be masked is not let through as it is: such a message is replaced, and says so. Attributes that a
    program adds to records (`extra=`) are left alone. Records that masking itself logs are dropped.
    """

    def __init__(self, masker: Masker) -> None:
        super().__init__()
        self._masker = masker
        self._here = threading.local()

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask `record`; whether it is logged."""
        if getattr(self._here, "busy", False):
            return False
        self._here.busy = True
        try:
            shown = "".join(traceback.format_exception(*record.exc_info)).rstrip() if record.exc_info else ""
            message = self._masker.mask(record.getMessage()).text
            exception, stack = map(self._by_line, (shown or record.exc_text or "", record.stack_info or ""))
        except Exception as error:  # whatever it is: the program that logs must go on, and nothing must leak
            message, exception, stack = f"a message that could not be masked ({type(error).__name__})", "", ""
        finally:
            self._here.busy = False
        record.msg, record.args = message, ()
        record.exc_info, record.exc_text = None, exception or None
        record.stack_info = stack or None
        return True

    def _by_line(self, text: str) -> str:
        # What an exception says is a text of its own, among lines of a program.
        return "\n".join(masked.text for masked in self._masker.mask_many(text.split("\n")))
