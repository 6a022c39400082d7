"""Training runs: a queue, one at a time, each in a process of its own.

A run's folder, `runs/NAME`, holds all that `loredact train` needs to make the same adapter: `train.jsonl`,
`held-out.jsonl`, `settings.yaml`, and `start`, the adapter it goes on from. The process writes `progress.jsonl` and
`say.txt` there, and `adapter/`. A run of another kind trains several adapters, which are gone when it has looked
at what they find, and leaves `result.json`: `slips` (`loredact.studio.slips`) or `curve` (`loredact.studio.curve`).

The process goes on when the studio is killed, and holds a lock by which a studio that is started later knows it; one
that was killed too is started again and goes on from its checkpoint.
"""

import contextlib
import json
import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import filelock
import yaml

from loredact.corpora import write_corpus
from loredact.document import Document
from loredact.errors import InputError
from loredact.files import write_text
from loredact.studio.adapter_names import ADAPTER, DESCRIPTION_FILE, RUNS_FOLDER, SHIPPED, adapter_folder
from loredact.studio.database import Database
from loredact.studio.texts import digest_of, labelled_documents

log = logging.getLogger("loredact.studio")

LOCK, PROGRESS, SAID, OUTCOME, PROCESS = "running.lock", "progress.jsonl", "say.txt", "outcome.json", "process"
# The process that was told to stop, and how often one was started again that had come no further.
SIGNALLED, RESTARTS = "signalled", "restarts.json"
TRAINED, HELD_OUT, SETTINGS, START = "train.jsonl", "held-out.jsonl", "settings.yaml", "start"
KIND, NUMBERS, RESULT = "kind", "numbers.json", "result.json"
Kind = Literal["adapter", "slips", "curve"]
# Fewer texts say nothing that would be worth the wait.
_LEAST: dict[Kind, int] = {"adapter": 1, "slips": 6, "curve": 8}
# One text in so many is held out: few are labelled, and what is told of an adapter is measured on these.
_HELD_OUT_SHARE = 5
_LEAST_TO_HOLD_OUT = 5
# A curve of more points is no better to look at.
_CURVE_POINTS = 400
_LOOK_SECONDS = 0.5
# After something went wrong, such as a full disk.
_AGAIN_SECONDS = 2.0
_MOST_RESTARTS = 3
_KILLED = "The training was killed time and again before it came any further. Its memory may not suffice."


def split(documents: Sequence[Document]) -> tuple[list[Document], list[Document]]:
    """Documents to learn from and to measure on. Which a text is follows from the text alone, so that a later run,
    with more texts, is measured on those of the earlier one too.
    """
    order = sorted(documents, key=lambda document: digest_of(document.text))
    out = {id(document) for document in order if int(digest_of(document.text)[:8], 16) % _HELD_OUT_SHARE == 0}
    if not any(id(document) in out and document.spans for document in documents):
        # None by chance: then the first with something to find.
        first = next((document for document in order if document.spans), None)
        out |= {id(first)} if first is not None else set()
    if len(documents) < _LEAST_TO_HOLD_OUT:
        out = set()
    return (
        [document for document in documents if id(document) not in out],
        [document for document in documents if id(document) in out],
    )


def epochs_for(texts: int) -> int:
    """How often so many texts are gone through, where nobody says otherwise (docs/how-to/label-texts.md)."""
    return next(epochs for most, epochs in ((20, 20), (100, 6), (texts, 3)) if texts <= most)


class Runs:
    """A folder's runs, and the thread that starts them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._closing = threading.Event()
        # Those that this studio started, by their runs: until one holds its lock, only this tells that it is there.
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._signalling = threading.Lock()
        self._thread = threading.Thread(target=self._look_after, name="runs", daemon=True)

    def start(self) -> None:
        """Take up what runs, or did when the studio last ended, and start what is queued."""
        self._thread.start()

    def close(self) -> None:
        """Stop the run in hand, which goes on when the studio is started again."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()
        for row in self._rows("running"):
            if self._mark(row["id"], "queued", was=("running",)):
                self._signal(row)

    def add(self, settings: Mapping[str, Any], start: str | None, who: str, kind: Kind = "adapter") -> int:
        """Queue a run on what is labelled now; gives its number.

        Raises:
            InputError: where too little is labelled, or a setting cannot be used.
        """
        from loredact.training.settings import make_settings

        rows = labelled_documents(self._database)
        documents = [document for _, document in rows]
        training, held_out = (documents, []) if kind == "slips" else split(documents)
        if not any(document.spans for document in training):
            raise InputError("No text with a label in it is done yet. Label some texts first.")
        if len(training) < _LEAST[kind] or (kind == "curve" and not held_out):
            raise InputError(f"{len(documents)} labelled texts are too few for this. Label some more first.")
        if kind != "adapter" and start is not None and start not in SHIPPED:
            raise InputError(
                "An adapter of this folder has seen the texts. Start from one that ships, or from nothing."
            )
        make_settings(None, dict(settings))
        if start is not None:
            adapter_folder(self._database.folder, start)
        with self._database.transaction() as connection:
            told = {"settings": settings, "start": start, "texts": len(documents), "kind": kind}
            number = connection.execute(
                "INSERT INTO runs (at, who, name, settings, state, message) VALUES (?, ?, '', ?, 'queued', '')",
                (time.time(), who, json.dumps(told)),
            ).lastrowid
            name = f"run-{number:03d}"
            connection.execute("UPDATE runs SET name = ? WHERE id = ?", (name, number))
            folder = self._database.folder / RUNS_FOLDER / name
            if folder.exists():  # left by a folder's earlier file
                shutil.rmtree(folder)
            folder.mkdir(parents=True)
            write_corpus(folder / TRAINED, training)
            write_corpus(folder / HELD_OUT, held_out)
            write_text(folder / SETTINGS, yaml.safe_dump(nested(settings), sort_keys=True))
            if start is not None:
                write_text(folder / START, start)
            if kind != "adapter":
                write_text(folder / KIND, kind)
                write_text(folder / NUMBERS, json.dumps({row["digest"]: row["id"] for row, _ in rows}))
        assert number is not None
        return number

    def stop(self, number: int) -> None:
        """Let a run stop after the step in hand; what it learnt is kept."""
        row = self.row(number)
        if self._mark(number, "stopping", was=("running",)):
            # One that has only begun may not be there yet: `_look` tells it then.
            self._signal(row)
        else:
            self._mark(number, "stopped", was=("queued",))

    def go_on(self, number: int) -> None:
        """Queue a run that was stopped."""
        row = self.row(number)
        if self._mark(number, "queued", was=("stopped", "failed")):
            (self.folder(row) / RESTARTS).unlink(missing_ok=True)

    def row(self, number: int) -> sqlite3.Row:
        """Raises InputError where there is no such run."""
        rows = self._database.rows("SELECT * FROM runs WHERE id = ?", number)
        if not rows:
            raise InputError("There is no such run.")
        return rows[0]

    def folder(self, row: sqlite3.Row) -> Path:
        return self._database.folder / RUNS_FOLDER / str(row["name"])

    def described(self) -> list[dict[str, Any]]:
        """The runs, the latest first, with how far each is."""
        return [self._described(row) for row in self._database.rows("SELECT * FROM runs ORDER BY id DESC")]

    def latest(self, kind: Kind) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """The latest run of a kind, and what the latest one that is done found."""
        of_kind = [run for run in self.described() if run["kind"] == kind]
        results = (_last_line(self._database.folder / RUNS_FOLDER / run["name"] / RESULT) for run in of_kind)
        return (of_kind[0] if of_kind else None), next((found for found in results if found is not None), None)

    def curve(self, number: int) -> dict[str, Any]:
        """The losses by step, thinned out, and what was measured on the held-out texts."""
        lines = _lines(self.folder(self.row(number)) / PROGRESS)
        steps = {line["step"]: line for line in lines if "loss" in line}
        measured = {line["step"]: line["measured"] for line in lines if line.get("measured")}
        numbers = sorted(steps)
        every = max(1, len(numbers) // _CURVE_POINTS)
        chosen = [n for index, n in enumerate(numbers) if index % every == 0 or index == len(numbers) - 1]
        return {
            "losses": [[n, steps[n]["loss"]] for n in chosen],
            "measured": [measured[n] for n in sorted(measured)],
        }

    def _described(self, row: sqlite3.Row) -> dict[str, Any]:
        folder = self.folder(row)
        asked = json.loads(row["settings"])
        told: dict[str, Any] = {"id": row["id"], "at": row["at"], "who": row["who"], "name": row["name"]}
        told |= {"kind": "adapter"} | asked
        told |= {"state": row["state"], "message": row["message"], "done": 0.0, "seconds_left": None}
        last = _last_line(folder / PROGRESS)
        if last is not None:
            told |= {"done": last["done"], "step": last["step"], "loss": last["loss"]}
            if row["state"] == "running" and last["done"] > 0.02:
                told["seconds_left"] = last["seconds"] * (1 - last["done"]) / last["done"]
        with contextlib.suppress(OSError, ValueError, KeyError):
            told["said"] = (folder / SAID).read_text(encoding="utf-8").splitlines()[-8:]
        with contextlib.suppress(OSError, ValueError):
            report = json.loads((folder / ADAPTER / "report.json").read_text(encoding="utf-8"))
            told["evaluation"] = report["evaluation"]
            told["note"] = report["note"]
            told["seconds"] = report["seconds"]
        told["adapter"] = (folder / ADAPTER / DESCRIPTION_FILE).exists()
        return told

    # --- the thread

    def _look_after(self) -> None:
        while not self._closing.is_set():
            seconds = _LOOK_SECONDS
            try:
                self._look()
            except Exception as error:
                # A full disk, no memory for a process: it may pass. The kind alone: a message may hold anything.
                log.error("the runs cannot be looked after now: %s", type(error).__name__)  # noqa: TRY400
                seconds = _AGAIN_SECONDS
            self._closing.wait(seconds)

    def _look(self) -> None:
        """Take note of what ended, and start the next."""
        for state in ("running", "stopping"):
            for row in self._rows(state):
                if not self._is_there(row):
                    self._ended(row)
                elif state == "stopping":
                    self._signal(row)
        if not self._rows("running") and not self._rows("stopping"):
            for row in self._rows("queued")[:1]:
                # One that was stopped with the studio may still be writing down what it learnt.
                if not self._is_there(row):
                    self._begin(row)

    def _ended(self, row: sqlite3.Row) -> None:
        outcome = _last_line(self.folder(row) / OUTCOME)
        if outcome is None and row["state"] == "stopping":
            # Before its first step: it was ended at once.
            self._mark(row["id"], "stopped")
        elif outcome is not None:
            self._mark(row["id"], outcome["state"], outcome["message"])
        elif self._may_restart(row):
            # Killed, or never begun: it goes on by itself.
            self._begin(row)
        else:
            self._mark(row["id"], "failed", _KILLED)

    def _may_restart(self, row: sqlite3.Row) -> bool:
        """Count a restart; no more are allowed where so many in a row brought the run no further, as where its memory
        does not suffice.
        """
        folder = self.folder(row)
        done = max((line["done"] for line in _lines(folder / PROGRESS)), default=0.0)
        before = _last_line(folder / RESTARTS)
        count = before["count"] if before is not None and done <= before["done"] else 0
        if count >= _MOST_RESTARTS:
            return False
        write_text(folder / RESTARTS, json.dumps({"done": done, "count": count + 1}))
        return True

    def _begin(self, row: sqlite3.Row) -> None:
        folder = self.folder(row)
        # Somebody may have stopped it since the row was read.
        if not self._mark(row["id"], "running", was=(row["state"],)):
            return
        for left in (OUTCOME, SIGNALLED):
            (folder / left).unlink(missing_ok=True)
        try:
            process = _start_process(folder)
        except OSError:
            # The disk or the memory is full: it is tried again.
            self._mark(row["id"], "queued", was=("running",))
            raise
        self._processes[row["id"]] = process
        # Waited for, so that no process is left over.
        threading.Thread(target=process.wait, daemon=True).start()
        for _ in range(600):
            if is_held(folder) or process.poll() is not None or self._closing.is_set():
                break
            time.sleep(0.05)
        # One that was killed is not one that failed.
        if (process.poll() or 0) > 0 and not (folder / OUTCOME).exists():
            write_text(folder / OUTCOME, json.dumps({"state": "failed", "message": "The training ended at once."}))

    def _is_there(self, row: sqlite3.Row) -> bool:
        process = self._processes.get(row["id"])
        return (process is not None and process.poll() is None) or is_held(self.folder(row))

    def _signal(self, row: sqlite3.Row) -> None:
        """Tell a run's process to stop, once: a second signal would end it before it has kept what it learnt."""
        folder, process = self.folder(row), self._processes.get(row["id"])
        with self._signalling, contextlib.suppress(OSError, ValueError):
            if process is not None and process.poll() is None:
                number = process.pid
            elif is_held(folder):
                number = int((folder / PROCESS).read_text())
            else:
                return
            told = (folder / SIGNALLED).read_text() if (folder / SIGNALLED).exists() else ""
            if told != str(number):
                os.kill(number, signal.SIGTERM)
                write_text(folder / SIGNALLED, str(number))

    def _rows(self, state: str) -> list[sqlite3.Row]:
        return self._database.rows("SELECT * FROM runs WHERE state = ? ORDER BY id", state)

    def _mark(self, number: int, state: str, message: str = "", *, was: Sequence[str] = ()) -> bool:
        """Write down what has become of a run, where it still is what it was; gives whether it is."""
        states = f" AND state IN ({', '.join('?' * len(was))})" if was else ""
        with self._database.transaction() as connection:
            changed = connection.execute(
                f"UPDATE runs SET state = ?, message = ? WHERE id = ?{states}", (state, message, number, *was)
            )
            return changed.rowcount == 1


def _start_process(folder: Path) -> subprocess.Popen[bytes]:
    with (folder / SAID).open("ab") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "loredact.studio.trainer", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            # A Ctrl-C at the studio is not for it, and neither is the studio's end.
            start_new_session=True,
        )


def nested(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by names such as `lora.rank`, as YAML has them."""
    values: dict[str, Any] = {}
    for name, value in settings.items():
        outer, _, inner = name.partition(".")
        if inner:
            values.setdefault(outer, {})[inner] = value
        else:
            values[outer] = value
    return values


def is_held(folder: Path) -> bool:
    """Whether a process trains in `folder`: the lock is the system's own, so one that was killed holds nothing."""
    lock = filelock.FileLock(folder / LOCK)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        return True
    lock.release()
    return False


def _lines(path: Path) -> list[dict[str, Any]]:
    """The JSON lines of a file that is being written; the last one may be half there."""
    lines = []
    with contextlib.suppress(OSError):
        for line in path.read_text(encoding="utf-8").splitlines():
            with contextlib.suppress(ValueError):
                lines.append(json.loads(line))
    return lines


def _last_line(path: Path) -> dict[str, Any] | None:
    lines = _lines(path)
    return lines[-1] if lines else None
