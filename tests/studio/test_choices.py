"""What is chosen for the whole folder, and labels in all its texts: nothing is lost where several choose at once."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from loredact.document import Document
from loredact.studio.choices import (
    ADAPTER_CHOICE,
    POINT_CHOICE,
    Label,
    add_missing_labels,
    read_choice,
    read_labels,
    set_labels,
    use_adapter,
)
from loredact.studio.database import FILE, Database
from loredact.studio.everywhere import label_everywhere
from loredact.studio.labelled import MAIN, Change, StaleError, edit, read_layer
from loredact.studio.slips import SETTLED, settle
from loredact.studio.texts import add_texts

TIMES = 12


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "folder")


def at_once(*work: Callable[[Database], None], folder: Path) -> None:
    """Do each piece of work with a connection of its own, as several processes would."""
    ready, failed = threading.Barrier(len(work)), list[BaseException]()

    def do(one: Callable[[Database], None]) -> None:
        own = Database(folder)
        ready.wait()
        try:
            one(own)
        except BaseException as error:
            failed.append(error)
        own.close()

    threads = [threading.Thread(target=do, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_of_two_who_change_the_same_labels_at_once_one_is_told(database: Database) -> None:
    kept, told = list[str](), list[str]()

    def change(who: str) -> Callable[[Database], None]:
        def work(own: Database) -> None:
            for _ in range(TIMES):
                version, labels = read_labels(own)
                name = f"{who}_{version}"
                try:
                    set_labels(own, version, [*labels, Label(name=name, colour=1)], who)
                    kept.append(name)
                except StaleError:
                    told.append(name)

        return work

    at_once(change("ADA"), change("PAUL"), change("EMMY"), folder=database.folder)
    version, labels = read_labels(database)
    assert len(kept) + len(told) == 3 * TIMES
    assert version == len(kept)
    assert {label.name for label in labels} >= set(kept)
    assert not {label.name for label in labels} & set(told)


def test_labels_that_come_with_texts_at_once_are_all_there(database: Database) -> None:
    def add(who: str) -> Callable[[Database], None]:
        def work(own: Database) -> None:
            for index in range(TIMES):
                add_missing_labels(own, {f"{who}_{index}"}, who)

        return work

    at_once(add("ADA"), add("PAUL"), folder=database.folder)
    names = {label.name for label in read_labels(database)[1]}
    assert names >= {f"{who}_{index}" for who in ("ADA", "PAUL") for index in range(TIMES)}


def test_points_and_settled_slips_chosen_at_once_are_all_kept(database: Database) -> None:
    def use(who: str) -> Callable[[Database], None]:
        def work(own: Database) -> None:
            for index in range(TIMES):
                use_adapter(own, f"{who}-{index}", index / 2, who)
                settle(own, index, (0, 3, who), None, who)

        return work

    at_once(use("ada"), use("paul"), folder=database.folder)
    points = read_choice(database, POINT_CHOICE)
    assert points == {f"{who}-{index}": index / 2 for who in ("ada", "paul") for index in range(TIMES)}
    assert len(read_choice(database, SETTLED)) == 2 * TIMES
    use_adapter(database, "ada-1", None, "Ada")
    assert "ada-1" not in read_choice(database, POINT_CHOICE)
    assert read_choice(database, ADAPTER_CHOICE) == "ada-1"


def add_letters(database: Database, count: int) -> None:
    add_texts(database, [(f"{n}", Document(f"Ada wrote letter {n}.")) for n in range(count)], "letters", "Grace")


def test_a_value_is_labelled_everywhere_while_others_edit(database: Database) -> None:
    add_letters(database, 40)

    def everywhere(own: Database) -> None:
        assert label_everywhere(own, 1, "Ada", "PERSON", "Grace") == (39, 39)

    def others(own: Database) -> None:
        for number in range(40, 1, -1):
            while True:
                try:
                    edit(own, number, MAIN, read_layer(own, number).version, Change(add=((4, 9, "WORD"),)), "Paul")
                    break
                except StaleError:
                    continue

    at_once(everywhere, others, folder=database.folder)
    for number in range(2, 41):
        assert set(read_layer(database, number).spans) == {(0, 3, "PERSON"), (4, 9, "WORD")}


def test_a_value_is_labelled_in_all_texts_or_in_none(database: Database) -> None:
    add_letters(database, 10)
    other = sqlite3.connect(database.folder / FILE)
    full = "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    other.execute(f"CREATE TRIGGER full BEFORE INSERT ON layers WHEN new.text = 7 {full}")
    with pytest.raises(sqlite3.IntegrityError):
        label_everywhere(database, 1, "Ada", "PERSON", "Grace")
    assert [read_layer(database, number).spans for number in range(1, 11)] == [()] * 10
    other.execute("DROP TRIGGER full")
    assert label_everywhere(database, 1, "Ada", "PERSON", "Grace") == (9, 9)


def test_a_transaction_that_cannot_be_kept_leaves_room_for_the_next(database: Database) -> None:
    add_letters(database, 2)
    database.rows("PRAGMA busy_timeout = 100")
    other = sqlite3.connect(database.folder / FILE, isolation_level=None)
    reading = other.execute("SELECT id FROM texts")
    reading.fetchone()  # and not to its end: who reads keeps others from writing the file
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        use_adapter(database, "fast", None, "Ada")
    reading.close()
    assert read_choice(database, ADAPTER_CHOICE) is None
    use_adapter(database, "fast", None, "Ada")
    assert read_choice(database, ADAPTER_CHOICE) == "fast"
