"""Files in storages that fsspec reaches, with its own storages in memory and of files."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import fsspec
import pytest

from loredact.batch import Outcome, Report, Work, mask_files
from loredact.batch.manifest import Entry
from loredact.batch.storage import Group, groups, mask_group, mask_stored, stored_files
from loredact.errors import InputError
from loredact.masking import Masker
from tests.cli.running import run as command_line

TICKETS = "row_id,user_name,note\n" + "".join(f"{n},Ada Lovelace {n},Please call Paul Erdős.\n" for n in range(20))


@pytest.fixture
def shop() -> Iterator[str]:
    memory = fsspec.filesystem("memory")
    memory.pipe({
        "/shop/tickets/a.csv": TICKETS.encode(),
        "/shop/tickets/deep/b.json": b'{"name": "Ada Lovelace"}',
        "/shop/tickets/bad.json": b'{"name": "Zebulon"',
    })  # fmt: skip
    yield "memory://shop"
    for path in ("/shop", "/masked"):
        if memory.exists(path):
            memory.rm(path, recursive=True)


def run(shop: str, work: Work, masker: Masker, report: Report | None = None, out: str = "memory://masked") -> Outcome:
    def here(parts: Sequence[Group]) -> Iterator[Entry]:
        for group in parts:
            yield from mask_group(group, out, work, masker, workers=1)

    return mask_stored([f"{shop}/tickets"], out, work, here, report)


def test_stored_tree_is_masked_as_one_of_this_machine_is(shop: str, work: Work, masker: Masker, tmp_path: Path) -> None:
    problems: list[tuple[str, str]] = []
    outcome = run(shop, work, masker, Report(problem=lambda name, reason: problems.append((name, reason))))
    assert (outcome.done, outcome.failed, outcome.exit_code) == (2, 1, 2)
    assert problems == [("tickets/bad.json", "Line 1: the JSON ends before it is complete.")]
    memory = fsspec.filesystem("memory")
    memory.get("/shop/tickets", str(tmp_path / "tickets"), recursive=True)
    mask_files([tmp_path / "tickets"], tmp_path / "out", work, masker, workers=1)
    names = sorted(path for path in memory.find("/masked"))
    assert names == ["/masked/loredact.jsonl", "/masked/tickets/a.csv", "/masked/tickets/deep/b.json"]
    for name in names[1:]:
        assert memory.cat(name) == (tmp_path / "out" / name.removeprefix("/masked/")).read_bytes()
    assert b"Lovelace" not in memory.cat("/masked/loredact.jsonl")


def test_what_has_not_changed_in_its_storage_is_not_fetched_again(shop: str, work: Work, masker: Masker) -> None:
    run(shop, work, masker)
    outcome = run(shop, work, masker)
    assert (outcome.done, outcome.unchanged, outcome.failed) == (0, 2, 1)
    fsspec.filesystem("memory").pipe("/shop/tickets/a.csv", TICKETS.replace("Ada", "Eva").encode())
    outcome = run(shop, work, masker)
    assert (outcome.done, outcome.unchanged) == (1, 1)


def test_run_that_was_stopped_goes_on_behind_the_files_that_are_there(shop: str, work: Work, masker: Masker) -> None:
    def stopped(parts: Sequence[Group]) -> Iterator[Entry]:
        alone = [[file] for group in parts for file in group]
        yield from mask_group(alone[0], "memory://masked", work, masker, workers=1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mask_stored([f"{shop}/tickets"], "memory://masked", work, stopped)
    assert not fsspec.filesystem("memory").exists("/masked/loredact.jsonl")
    outcome = run(shop, work, masker)
    assert (outcome.done, outcome.unchanged) == (1, 1)
    assert [path for path in fsspec.filesystem("memory").find("/masked") if ".loredact/" in path] == []


def test_storage_of_files_is_written_too(shop: str, work: Work, masker: Masker, tmp_path: Path) -> None:
    assert run(shop, work, masker, out=tmp_path.as_uri()).done == 2
    assert (tmp_path / "tickets" / "a.csv").read_bytes() != TICKETS.encode()
    told = [json.loads(line) for line in (tmp_path / "loredact.jsonl").read_text().splitlines()]
    assert {entry["file"] for entry in told} == {"tickets/a.csv", "tickets/bad.json", "tickets/deep/b.json"}


def test_command_line_masks_from_a_storage_into_another(tmp_path: Path) -> None:
    letters = tmp_path / "my letters"
    letters.mkdir()
    (letters / "a.json").write_text('{"name": "Ada Lovelace"}')
    done = command_line("mask", letters, "--out", f"file://{tmp_path / 'masked'}", "--adapter", "fast")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "masked" / "my letters" / "a.json").read_text() == '{"name": "[PERSON]"}'


def test_names_that_lead_out_of_the_folder_are_refused(work: Work, masker: Masker, tmp_path: Path, shop: str) -> None:
    (file,) = (file for file in stored_files([shop], "memory://elsewhere") if file.name.endswith("a.csv"))
    for name in ("shop/../../a.csv", "/etc/a.csv", "a//b.csv"):
        wrong = type(file)(file.url, name, file.size, file.mark)
        (entry,) = mask_group([wrong], "memory://masked", work, masker, workers=1)
        assert entry.error == "Its name is none of a file in a folder."


def test_addresses_that_are_not_there_are_told(shop: str) -> None:
    with pytest.raises(InputError, match="memory://shop/nothing does not exist"):
        stored_files([f"{shop}/nothing"], "memory://masked")
    with pytest.raises(InputError, match="cannot be reached"):
        stored_files(["nowhere://a/b"], "memory://masked")


def test_output_within_the_input_is_left_out(shop: str) -> None:
    fsspec.filesystem("memory").pipe("/shop/masked/a.csv", b"x")
    assert [f.name for f in stored_files([shop], f"{shop}/masked")] == [
        "shop/tickets/a.csv", "shop/tickets/bad.json", "shop/tickets/deep/b.json"
    ]  # fmt: skip


def test_groups_are_small_unless_one_file_is_large(shop: str) -> None:
    (file, *_) = stored_files([shop], "memory://masked")
    files = [type(file)(file.url, str(n), size, "") for n, size in enumerate((1, 80 << 20, 1, 1 << 25, 1 << 25, 1))]
    assert [[int(f.name) for f in group] for group in groups(files)] == [[0], [1], [2, 3], [4, 5]]
