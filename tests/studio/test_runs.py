"""Runs: the adapter is the one that `loredact train` makes, and texts are held out by themselves."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from typer.testing import CliRunner

from loredact.bases import Base
from loredact.cli.app import app
from loredact.corpora import read_corpus, write_corpus
from loredact.document import Document
from loredact.errors import InputError
from loredact.studio.adapter_names import own_adapters
from loredact.studio.database import FILE, Database
from loredact.studio.exporting import FORMS, export_adapter, export_labelled
from loredact.studio.intake import take_files
from loredact.studio.runs import Runs, is_held, split
from loredact.studio.texts import add_texts
from tests.studio.conftest import letters, wait


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "folder")
    yield made
    made.close()


def add(database: Database, documents: list[Document]) -> None:
    named = [(f"letter {index}", document) for index, document in enumerate(documents)]
    add_texts(database, named, "letters.jsonl", "Grace")


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        name: (folder / name).read_bytes()
        for name in ("adapter_model.safetensors", "adapter_config.json", "loredact.json")
    }


def beginning(document: Document) -> Document:
    """The first lines of a letter, where most of what is personal stands."""
    return Document(document.text[:700], tuple(span for span in document.spans if span.end <= 700))


def test_the_button_makes_the_adapter_that_train_makes_of_the_export(
    database: Database, tiny_base: Base, corpora: Path, tmp_path: Path
) -> None:
    documents = [beginning(document) for document in read_corpus(corpora / "meddocan-train.jsonl.gz")[:20]]
    add(database, documents)
    runs = Runs(database)
    runs.start()
    number = runs.add({"base": tiny_base.name, "epochs": 1, "seed": 3}, None, "Grace")
    wait(runs, number, "done")
    runs.close()

    _, exported, _ = export_labelled(database, "loredact")
    (tmp_path / "all.jsonl").write_bytes(exported)
    training, held_out = split(read_corpus(tmp_path / "all.jsonl"))
    write_corpus(tmp_path / "train.jsonl", training)
    write_corpus(tmp_path / "held-out.jsonl", held_out)
    arguments = ["train", str(tmp_path / "train.jsonl"), "--eval", str(tmp_path / "held-out.jsonl")]
    arguments += ["--base", tiny_base.name, "--epochs", "1", "--seed", "3", "--out", str(tmp_path / "own")]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert files_of(tmp_path / "own") == files_of(tmp_path / "folder" / "runs" / "run-001" / "adapter")


def test_a_run_stops_goes_on_and_survives_the_studio(database: Database, tiny_base: Base) -> None:
    add(database, letters(8))
    runs = Runs(database)
    runs.start()
    first = runs.add({"base": tiny_base.name, "epochs": 100}, None, "Grace")
    second = runs.add({"base": tiny_base.name, "epochs": 1}, None, "Grace")
    learn(runs, first, 0)
    runs.stop(first)
    wait(runs, first, "stopped")
    wait(runs, second, "done")
    assert runs.row(first)["state"] == "stopped"
    stopped = runs.curve(first)["losses"][-1][0]
    runs.go_on(first)
    learn(runs, first, stopped)
    # The studio ends, and is started again.
    runs.close()
    assert runs.row(first)["state"] == "queued"
    again = Runs(database)
    again.start()
    wait(again, first, "done")
    again.close()
    # Every step once: it went on from the checkpoint, and did not begin anew.
    steps = [json.loads(line)["step"] for line in (runs.folder(runs.row(first)) / "progress.jsonl").open()]
    assert steps == list(range(1, len(steps) + 1))
    assert own_adapters(database.folder) == ["run-001", "run-002"]
    name, data = export_adapter(database, "run-001")
    assert name == "run-001.zip"
    assert "adapter_model.safetensors" in zipfile.ZipFile(BytesIO(data)).namelist()


def test_a_run_that_is_stopped_while_it_starts_stops(database: Database, tiny_base: Base) -> None:
    add(database, letters(8))
    runs = Runs(database)
    runs.start()
    number = runs.add({"base": tiny_base.name, "epochs": 100}, None, "Grace")
    wait(runs, number, "running")
    runs.stop(number)
    wait(runs, number, "stopped")
    assert not is_held(runs.folder(runs.row(number)))
    assert runs.curve(number)["losses"] == []
    runs.close()


def test_a_run_that_another_studio_began_is_told_to_stop_once_it_is_there(database: Database, tiny_base: Base) -> None:
    add(database, letters(8))
    runs = Runs(database)
    number = runs.add({"base": tiny_base.name, "epochs": 100}, None, "Grace")
    folder = runs.folder(runs.row(number))
    with database.transaction() as connection:
        connection.execute("UPDATE runs SET state = 'stopping'")
    process = subprocess.Popen([sys.executable, "-m", "loredact.studio.trainer", str(folder)])
    learn(runs, number, 0)
    runs.start()
    wait(runs, number, "stopped")
    # It was told once, and kept what it had learnt.
    assert process.wait(60) == 0
    assert json.loads((folder / "outcome.json").read_text())["state"] == "stopped"
    runs.close()


def test_a_run_that_is_stopped_just_before_it_would_start_does_not(database: Database) -> None:
    add(database, letters(8))
    runs = Runs(database)
    row = runs.row(runs.add({}, None, "Grace"))
    runs.stop(row["id"])
    runs._begin(row)
    assert runs.row(row["id"])["state"] == "stopped"
    assert not (runs.folder(row) / "say.txt").exists()


def test_a_run_that_is_killed_again_and_again_without_getting_further_fails(
    database: Database, tiny_base: Base
) -> None:
    add(database, letters(8))
    runs = Runs(database)
    runs.start()
    number = runs.add({"base": tiny_base.name, "epochs": 100}, None, "Grace")
    killed = set[int]()
    until = time.monotonic() + 240
    while runs.row(number)["state"] != "failed":
        assert time.monotonic() < until
        with contextlib.suppress(OSError, ValueError):
            process = int((runs.folder(runs.row(number)) / "process").read_text())
            if process not in killed:
                os.kill(process, signal.SIGKILL)
                killed.add(process)
        time.sleep(0.01)
    assert "killed" in runs.row(number)["message"]
    assert len(killed) == 4
    # Somebody has made room for it.
    runs.go_on(number)
    wait(runs, number, "running")
    learn(runs, number, 0)
    runs.stop(number)
    wait(runs, number, "stopped")
    runs.close()


def test_runs_start_again_after_the_database_could_not_be_read(
    database: Database, tiny_base: Base, caplog: pytest.LogCaptureFixture
) -> None:
    add(database, letters(8))
    other = sqlite3.connect(database.folder / FILE)
    other.execute("ALTER TABLE runs RENAME TO away")
    runs = Runs(database)
    runs.start()
    until = time.monotonic() + 60
    while "OperationalError" not in caplog.text:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert "away" not in caplog.text
    other.execute("ALTER TABLE away RENAME TO runs")
    number = runs.add({"base": tiny_base.name, "epochs": 100}, None, "Grace")
    wait(runs, number, "running")
    runs.close()


def learn(runs: Runs, number: int, step: int) -> None:
    """Wait until a run is past a step."""
    for _ in range(600):
        losses = runs.curve(number)["losses"]
        if losses and losses[-1][0] > step:
            return
        time.sleep(0.05)
    raise AssertionError(f"the run is not past step {step}")


def test_a_run_without_labels_is_refused(database: Database) -> None:
    add(database, [Document("Nobody is done with this.")])
    with pytest.raises(InputError, match="Label some texts"):
        Runs(database).add({}, None, "")


def test_a_text_is_held_out_in_later_runs_too() -> None:
    few, many = letters(20), letters(60)
    held = {document.text for document in split(few)[1]}
    assert held
    assert held <= {document.text for document in split(many)[1]}
    training, held_out = split(many)
    assert len(training) + len(held_out) == 60
    assert split(letters(4))[1] == []


@pytest.mark.parametrize("form", [form for form in FORMS if form not in {"columns"}])
def test_what_is_exported_is_read_again_as_it_was(database: Database, form: str) -> None:
    add(database, letters(5))
    name, data, _ = export_labelled(database, form)
    if name.endswith(".zip"):
        archive = zipfile.ZipFile(BytesIO(data))
        taken = take_files([(inner, archive.read(inner)) for inner in archive.namelist()])
    else:
        taken = take_files([(name, data)])
    assert taken.problems == []
    found = sorted((document.text, document.spans) for _, _, document in taken.texts)
    assert found == sorted((document.text, document.spans) for document in letters(5))


def test_documents_are_taken_by_their_format() -> None:
    mail = b"From: Ada <ada@example.org>\nSubject: Tea\nDate: Mon, 1 Jan 2024 10:00:00 +0000\n\nAt five?\n"
    page = "<!doctype html><p>Dear René,</p><p>at five.</p>".encode()
    taken = take_files([("a.eml", mail), ("b.html", page), ("c.csv", b"name,town\nAda,Whitby\n")])
    assert taken.problems == []
    texts = {name: document.text for name, _, document in taken.texts}
    assert "At five?" in texts["a.eml"]
    assert texts["b.html"] == "Dear René,\nat five."
    assert texts["c.csv"] == "Ada\nWhitby"


def test_what_cannot_be_read_is_told_and_the_rest_taken() -> None:
    taken = take_files([("bad.txt", b"\xff\xfe\x00"), ("good.txt", b"good"), ("rows.jsonl", b"{"), ("empty.txt", b" ")])
    assert [name for name, _, _ in taken.texts] == ["good.txt"]
    assert len(taken.problems) == 3
    assert all("tmp" not in problem for problem in taken.problems)


def test_folders_of_brat_with_the_same_names_are_all_taken_each_text_with_its_own_labels() -> None:
    files = []
    for folder, name in (("a", "Ada"), ("b", "Paul"), ("a", "Emmy")):  # two folders are called `a`
        files.append((f"{folder}/1.txt", f"{name} wrote.".encode()))
        files.append((f"{folder}/1.ann", f"T1\tPERSON 0 {len(name)}\t{name}\n".encode()))
    files.append(("a/2.txt", b"Nobody wrote."))
    files.append(("a/2.pdf.ann", b""))
    taken = take_files(files)
    found = {document.text: [document.text[s.start : s.end] for s in document.spans] for _, _, document in taken.texts}
    expected = {"Ada wrote.": ["Ada"], "Paul wrote.": ["Paul"], "Emmy wrote.": ["Emmy"], "Nobody wrote.": []}
    assert found == expected
    assert {origin for _, origin, _ in taken.texts} == {"a", "b", "a/2.txt"}
    # Annotations without their text.
    assert len(taken.problems) == 1
    assert "a/2.pdf.ann" in taken.problems[0]


def test_a_file_beside_annotations_that_is_no_text_is_taken_too() -> None:
    page = b"<!doctype html><p>At five.</p>"
    taken = take_files([("1.txt", b"Ada wrote."), ("1.ann", b""), ("1.html", page)])
    assert sorted(document.text for _, _, document in taken.texts) == ["Ada wrote.", "At five."]
    assert taken.problems == []


def test_a_run_tells_how_it_is_made_without_the_studio(database: Database, tiny_base: Base) -> None:
    add(database, letters(8))
    Runs(database).add({"base": tiny_base.name, "lora.rank": 4}, None, "")
    folder = database.folder / "runs" / "run-001"
    assert (folder / "settings.yaml").read_text() == f"base: {tiny_base.name}\nlora:\n  rank: 4\n"
    assert len(read_corpus(folder / "train.jsonl")) + len(read_corpus(folder / "held-out.jsonl")) == 8
    assert json.loads(Runs(database).row(1)["settings"])["start"] is None
