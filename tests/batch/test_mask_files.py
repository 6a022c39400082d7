"""Trees masked into a folder, with a tiny random adapter: what counts is where things go, not what is found."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loredact.adapters import find_adapter
from loredact.bases import Base
from loredact.batch import Report, Work, mask_files, masked_file, structured
from loredact.batch.scan import ColumnReport, scan_files
from loredact.errors import InputError
from loredact.masking import Masker
from loredact.operators import Context
from tests.conftest import random_tagger

ROW = "{n},Ada Lovelace {n},Please call Paul Erdős on 12 34 {n} in Budapest.\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.csv").write_text("row_id,user_name,note\n" + "".join(ROW.format(n=n) for n in range(40)))
    (folder / "deep" / "b.txt").write_text("Today we met Ada Lovelace.\n")
    (folder / "c.json").write_text('{"name": "Ada Lovelace", "n": 1}')
    return folder


def lines(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "loredact.jsonl").read_text().splitlines()]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "loredact.jsonl"
    }


def test_tree_is_mirrored_under_its_name_with_a_line_for_each_file(
    tree: Path, tmp_path: Path, work: Work, masker: Masker
) -> None:
    out = tmp_path / "out"
    outcome = mask_files([tree], out, work, masker, workers=1)
    assert (outcome.done, outcome.unchanged, outcome.failed, outcome.exit_code) == (3, 0, 0, 0)
    assert sorted(contents(out)) == ["letters/a.csv", "letters/c.json", "letters/deep/b.txt"]
    told = {line["file"]: line for line in lines(out)}
    assert told["letters/a.csv"]["format"] == "csv"
    assert told["letters/a.csv"]["cells"] == 120
    assert outcome.counts == sum((Counter(line["counts"]) for line in told.values()), Counter())
    assert "Lovelace" not in (out / "loredact.jsonl").read_text()
    assert not (out / ".loredact").exists()


def test_workers_give_what_one_process_gives(tree: Path, tmp_path: Path, work: Work, masker: Masker) -> None:
    mask_files([tree], tmp_path / "one", work, masker, workers=1)
    script = (
        "import sys; from pathlib import Path; from loredact.batch import *\n"
        f"work = Work(adapter={work.adapter!r}, rules=False)\n"
        f"mask_files([Path({str(tree)!r})], Path({str(tmp_path / 'two')!r}), work, work.load(), workers=2)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=240)
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


def test_what_has_not_changed_is_not_done_again(tree: Path, tmp_path: Path, work: Work, masker: Masker) -> None:
    out = tmp_path / "out"
    mask_files([tree], out, work, masker, workers=1)
    before = contents(out)
    (tree / "c.json").write_text('{"name": "Paul Erdős", "n": 1}')
    (out / "letters" / "deep" / "b.txt").unlink()
    outcome = mask_files([tree], out, work, masker, workers=1)
    assert (outcome.done, outcome.unchanged) == (2, 1)
    assert contents(out)["letters/deep/b.txt"] == before["letters/deep/b.txt"]


def test_other_settings_and_another_adapter_do_all_again(
    tree: Path, tmp_path: Path, work: Work, masker: Masker, tiny_base: Base
) -> None:
    out = tmp_path / "out"
    mask_files([tree], out, work, masker, workers=1)
    outcome = mask_files([tree], out, Work(adapter=work.adapter, rules=False, columns=("note",)), masker, workers=1)
    assert (outcome.done, outcome.unchanged) == (3, 0)
    other = tmp_path / "other"
    random_tagger(tiny_base, std=0.2).save(other)
    again = Work(adapter=str(other), rules=False)
    assert mask_files([tree], out, again, again.load(), workers=1).done == 3


def test_columns_that_are_not_named_stay_as_they_are(tree: Path, tmp_path: Path, work: Work, masker: Masker) -> None:
    only = Work(adapter=work.adapter, rules=False, columns=("note",))
    mask_files([tree / "a.csv"], tmp_path / "out", only, masker, workers=1)
    old, new = (tree / "a.csv").read_text().splitlines(), (tmp_path / "out" / "a.csv").read_text().splitlines()
    assert [row.split(",")[:2] for row in old] == [row.split(",")[:2] for row in new]
    assert old != new


def test_file_that_cannot_be_done_is_told_and_the_others_are_done(
    tree: Path, tmp_path: Path, work: Work, masker: Masker
) -> None:
    (tree / "bad.json").write_text('{"name": "Zebulon"')
    (tree / "bin").write_bytes(b"\0\1\2")
    problems: list[tuple[str, str]] = []
    report = Report(problem=lambda name, reason: problems.append((name, reason)))
    outcome = mask_files([tree], tmp_path / "out", work, masker, workers=1, report=report)
    assert (outcome.done, outcome.failed, outcome.exit_code) == (3, 2, 2)
    assert problems == [
        ("letters/bad.json", "Line 1: the JSON ends before it is complete."),
        ("letters/bin", "No format that is read here fits it."),
    ]
    assert "letters/bad.json" not in contents(tmp_path / "out")
    (tree / "bad.json").write_text('{"name": "Zebulon"}')
    assert mask_files([tree], tmp_path / "out", work, masker, workers=1).failed == 1


def test_folder_of_the_output_is_not_masked_itself(tree: Path, work: Work, masker: Masker) -> None:
    out = tree / "masked"
    mask_files([tree], out, work, masker, workers=1)
    assert mask_files([tree], out, work, masker, workers=1).unchanged == 3
    assert not (out / "letters" / "masked").exists()


def test_files_that_would_go_to_one_place_or_onto_themselves_are_refused(
    tree: Path, tmp_path: Path, work: Work, masker: Masker
) -> None:
    (tree / "deep" / "c.json").write_text("{}")
    with pytest.raises(InputError, match="would both be written"):
        mask_files([tree / "c.json", tree / "deep" / "c.json"], tmp_path / "out", work, masker)
    with pytest.raises(InputError, match="would be written over"):
        mask_files([tree / "c.json"], tree, work, masker)
    with pytest.raises(InputError, match="does not exist"):
        mask_files([tree / "nothing"], tmp_path / "out", work, masker)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "loredact.jsonl").write_text("something else\n")
    with pytest.raises(InputError, match="no manifest"):
        mask_files([tree], tmp_path / "other", work, masker, workers=1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_run_that_is_killed_again_and_again_ends_with_the_output_of_one_that_is_not(
    tmp_path: Path, work: Work, masker: Masker
) -> None:
    source = tmp_path / "big.csv"
    source.write_text("row_id,user_name,note\n" + "".join(ROW.format(n=n) for n in range(6_000)))
    mask_files([source], tmp_path / "whole", work, masker, workers=1)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "loredact", "mask", source, "--out", out, "--adapter", work.adapter]
    kills = chunks = 0
    for _ in range(20):
        process = subprocess.Popen([*map(str, command), "--no-rules", "--workers", "2"], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 200
        while process.poll() is None and time.monotonic() < deadline:
            journals = list((out / ".loredact").glob("*.journal"))
            found = journals[0].read_bytes().count(b"\n") if journals else 0
            if kills < 3 and found > chunks:
                process.send_signal(signal.SIGKILL)
                kills, chunks = kills + 1, found
            time.sleep(0.01)
        if process.wait() == 0:
            break
    assert kills == 3
    assert contents(out) == contents(tmp_path / "whole")
    assert not (out / ".loredact").exists()


def test_one_file_is_masked_in_a_stream_as_in_a_folder(tree: Path, tmp_path: Path, work: Work, masker: Masker) -> None:
    mask_files([tree / "a.csv"], tmp_path / "out", work, masker, workers=1)
    found = structured(tree / "a.csv")
    assert found is not None
    assert b"".join(masked_file(masker, found, tree / "a.csv", Context())) == (tmp_path / "out" / "a.csv").read_bytes()
    assert structured(tree / "deep" / "b.txt") is None


def test_scan_counts_the_cells_of_each_column_and_tells_what_cannot_be_read(tree: Path, masker: Masker) -> None:
    (tree / "bad.json").write_text('{"name": "Zebulon"')
    found = list(scan_files([tree], masker, cells=60))
    columns = {(c.file, c.column): c for c in found if isinstance(c, ColumnReport)}
    assert columns["letters/a.csv", "note"].cells == 20
    assert all(0 <= column.share <= 1 and len(column.examples) <= 3 for column in columns.values())
    assert [told[0] for told in found if isinstance(told, tuple)] == ["letters/bad.json"]


def test_scan_reads_a_file_of_the_folder_it_is_run_in(
    tree: Path, masker: Masker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree)
    assert [column.column for column in scan_files([Path("a.csv")], masker, 60) if isinstance(column, ColumnReport)]


def test_scan_tells_of_a_file_that_may_not_be_read_and_looks_at_the_others(
    tree: Path, masker: Masker, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open

    def closed(path: Path, *arguments: Any, **more: Any) -> Any:
        if path.name == "a.csv":
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **more)

    monkeypatch.setattr(Path, "open", closed)
    found = list(scan_files([tree], masker, 60))
    assert [(told[0], str(told[1])) for told in found if isinstance(told, tuple)] == [
        ("letters/a.csv", "It cannot be read: Permission denied.")
    ]
    assert any(isinstance(told, ColumnReport) for told in found)


def test_columns_that_no_file_has_are_told_and_so_is_each_file_without_one(
    tree: Path, tmp_path: Path, work: Work, masker: Masker
) -> None:
    told: dict[str, str] = {}
    only = replace(work, columns=("user_name", "nmae"))
    outcome = mask_files([tree], tmp_path / "out", only, masker, report=Report(note=told.__setitem__))
    assert outcome.not_met == ("nmae",)
    assert outcome.exit_code == InputError.exit_code
    assert sorted(told) == ["letters/c.json", "letters/deep/b.txt"]
    assert "columns" in told["letters/c.json"]


def test_printed_file_without_a_column_that_was_asked_for_is_refused(tree: Path, masker: Masker) -> None:
    found = structured(tree / "a.csv")
    assert found is not None
    with pytest.raises(InputError, match="none of its columns"):
        list(masked_file(masker, found, tree / "a.csv", Context(), columns=("nmae",)))


def test_printed_file_that_is_empty_stays_so_and_is_told_of_where_columns_are_asked_for(
    tmp_path: Path, masker: Masker
) -> None:
    (tmp_path / "empty.csv").touch()
    found = structured(tmp_path / "empty.csv")
    assert found is not None
    notes: list[str] = []
    blocks = masked_file(masker, found, tmp_path / "empty.csv", Context(), columns=("name",), note=notes.append)
    assert b"".join(blocks) == b""
    assert notes == ["it is empty and has no columns"]


def test_pipe_is_refused_since_a_file_is_read_more_than_once(tmp_path: Path, work: Work, masker: Masker) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="no regular file"):
        mask_files([tmp_path / "pipe"], tmp_path / "out", work, masker)


def test_default_adapter_is_found_by_its_name() -> None:
    assert find_adapter(Work().adapter, lambda step: None).is_dir()
