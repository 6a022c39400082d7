"""Layers are the sum of their events: undo, redo, versions, and what a killed process leaves."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact.document import Document, Span
from loredact.errors import InputError
from loredact.studio.database import FILE, Database
from loredact.studio.labelled import (
    MAIN,
    Change,
    StaleError,
    edit,
    read_layer,
    redo,
    replay,
    set_status,
    undo,
)
from loredact.studio.texts import add_texts

TEXT = "Ada Lovelace met Paul Erdős in Budapest."
ADA, PAUL, CITY = (0, 12, "PERSON"), (17, 27, "PERSON"), (31, 39, "LOCATION")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(tmp_path / "folder")
    add_texts(made, [("letter", Document(TEXT))], "letter.txt", "Grace")
    return made


def test_edits_are_undone_and_done_again_without_end(database: Database) -> None:
    states = [read_layer(database, 1).spans]
    for place in (ADA, PAUL, CITY):
        now = read_layer(database, 1)
        states.append(edit(database, 1, MAIN, now.version, Change(add=(place,)), "Grace").spans)
    for spans in reversed(states[:-1]):
        assert undo(database, 1, MAIN, read_layer(database, 1).version, "Grace").spans == spans
    for spans in states[1:]:
        assert redo(database, 1, MAIN, read_layer(database, 1).version, "Grace").spans == spans
    assert read_layer(database, 1).undoable == 3
    assert read_layer(database, 1).redoable == 0


def test_an_edit_after_an_undo_leaves_nothing_to_do_again(database: Database) -> None:
    edit(database, 1, MAIN, 0, Change(add=(ADA,)), "Grace")
    undo(database, 1, MAIN, 1, "Grace")
    assert edit(database, 1, MAIN, 2, Change(add=(PAUL,)), "Grace").redoable == 0
    assert redo(database, 1, MAIN, 3, "Grace").spans == (PAUL,)


def test_a_stale_edit_is_told_and_does_nothing(database: Database, tmp_path: Path) -> None:
    other = Database(tmp_path / "folder")
    edit(other, 1, MAIN, 0, Change(add=(ADA,)), "Emmy")
    with pytest.raises(StaleError, match="Emmy"):
        edit(database, 1, MAIN, 0, Change(add=(PAUL,)), "Grace")
    assert read_layer(database, 1).spans == (ADA,)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (Change(add=((0, 99, "PERSON"),)), "within"),
        (Change(add=((3, 4, "PERSON"),)), "white space"),
        (Change(add=(ADA, (5, 20, "PERSON"))), "overlaps"),
        (Change(add=((0, 3, "no name"),)), "no name"),
        (Change(dismiss=((-1, 2, "PERSON"),)), "within"),
    ],
)
def test_a_span_that_cannot_be_is_refused(database: Database, change: Change, why: str) -> None:
    with pytest.raises(InputError, match=why):
        edit(database, 1, MAIN, 0, change, "Grace")
    assert read_layer(database, 1).version == 0


def test_removing_what_is_not_there_is_stale(database: Database) -> None:
    with pytest.raises(StaleError):
        edit(database, 1, MAIN, 0, Change(remove=(ADA,)), "Grace")


@given(st.lists(st.sampled_from(["ada", "paul", "city", "undo", "redo", "done"]), max_size=12))
def test_a_layer_is_what_its_events_add_up_to(steps: list[str]) -> None:
    import tempfile

    places = {"ada": ADA, "paul": PAUL, "city": CITY}
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder))
        add_texts(database, [("letter", Document(TEXT))], "letter.txt", "Grace")
        for step in steps:
            now = read_layer(database, 1)
            if step in places:
                place = places[step]
                change = Change(remove=(place,)) if place in now.spans else Change(add=(place,))
                edit(database, 1, MAIN, now.version, change, "Grace")
            elif step == "done":
                set_status(database, 1, MAIN, now.version, "done", "Grace")
            else:
                (undo if step == "undo" else redo)(database, 1, MAIN, now.version, "Grace")
        assert replay(database, 1) == read_layer(database, 1)
        database.close()


def test_events_can_be_neither_changed_nor_deleted(database: Database, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "folder" / FILE)
    for statement in ("DELETE FROM events", "UPDATE events SET who = 'Mallory'"):
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)


def test_a_file_of_another_program_is_refused(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / FILE).execute("CREATE TABLE theirs (x)")
    with pytest.raises(InputError, match="another program"):
        Database(tmp_path)
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / FILE).write_text("no database, and long enough to be looked at as one" * 20)
    with pytest.raises(InputError, match="cannot be opened"):
        Database(tmp_path / "text")


def test_a_text_that_came_with_labels_is_done(tmp_path: Path) -> None:
    database = Database(tmp_path)
    add_texts(database, [("letter", Document(TEXT, (Span(*ADA),)))], "letters.jsonl", "Grace")
    layer = read_layer(database, 1)
    assert (layer.spans, layer.status) == ((ADA,), "done")


def test_a_text_that_is_there_already_is_told_by_name(database: Database) -> None:
    added = add_texts(database, [("again", Document(TEXT.replace(" ", "\n"))), ("new", Document("Other."))], "x", "")
    assert added.duplicates == [("again", "letter")]
    assert len(added.texts) == 1


_EDIT_UNTIL_KILLED = """
import sys
from pathlib import Path
from loredact.studio.database import Database
from loredact.studio.labelled import Change, edit, read_layer
database = Database(Path(sys.argv[1]))
for start in range(0, 4000, 2):
    now = read_layer(database, 1)
    edit(database, 1, "", now.version, Change(add=((start, start + 1, "PERSON"),)), "Grace")
    print(start, flush=True)
"""


def test_what_was_answered_is_there_after_a_kill(tmp_path: Path) -> None:
    killed_in_an_edit(tmp_path, 25)


def killed_in_an_edit(folder: Path, answers: int) -> None:
    """Kill an editing process after so many answers, and look at what is there."""
    database = Database(folder)
    add_texts(database, [("long", Document("a " * 2000))], "long.txt", "Grace")
    database.close()
    process = subprocess.Popen(
        [sys.executable, "-c", _EDIT_UNTIL_KILLED, str(folder)], stdout=subprocess.PIPE, text=True, env=os.environ
    )
    assert process.stdout is not None
    answered = [int(process.stdout.readline()) for _ in range(answers)]
    process.send_signal(signal.SIGKILL)
    answered += [int(line) for line in process.stdout.read().split()]
    process.wait()
    again = Database(folder)
    starts = [start for start, _, _ in read_layer(again, 1).spans]
    # One more may have been kept and not been answered any more.
    assert starts[: len(answered)] == answered
    assert len(starts) <= len(answered) + 1
    assert replay(again, 1) == read_layer(again, 1)
