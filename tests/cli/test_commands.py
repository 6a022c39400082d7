"""The commands, run as a person runs them: as processes, by their output and exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from loredact.adapters import find_adapter
from loredact.bases import Base
from loredact.cli import texts
from loredact.corpora import write_corpus
from loredact.document import Document
from loredact.errors import InputError
from loredact.training.settings import make_settings
from tests.cli.running import run
from tests.conftest import write_lines

SECRET = "Zebulon"


@pytest.mark.parametrize(
    "command",
    [
        *((), ("train",), ("mask",), ("evaluate",), ("compare",), ("base",), ("corpus",), ("corpus", "make")),
        *(("policy",), ("policy", "check")),
    ],
)
def test_help_names_the_options_and_gives_an_example(command: tuple[str, ...]) -> None:
    done = run(*command, "--help")
    assert done.returncode == 0
    assert b"Usage" in done.stdout
    if command not in {("base",), ("corpus",), ("policy",)}:
        assert b"Example: loredact" in done.stdout


def test_help_does_not_wait_for_pytorch() -> None:
    code = "import sys, loredact.cli; assert not {'torch', 'transformers', 'numpy'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_train_evaluate_and_mask_work_together(tmp_path: Path, tiny_base: Base, people: list[Document]) -> None:
    data, out = tmp_path / "people.jsonl.gz", tmp_path / "adapter"
    write_corpus(data, people)
    config = tmp_path / "settings.yaml"
    config.write_text("window: 48\noverlap: 4\nrow_tokens: 96\nlora: {rank: 8, alpha: 16}\n")
    common = ("--base", tiny_base.folder, "--depth", "2", "--config", config)
    trained = run("train", data, "--out", out, *common, "--epochs", "40", "--learning-rate", "0.005", "--eval", data)
    assert trained.returncode == 0, trained.stderr
    assert b"strict F1" in trained.stdout
    assert b"%" not in trained.stderr, "no progress bar where standard error is no terminal"
    over = run("train", data, "--out", out, *common, "--resume")
    assert over.returncode == 2
    assert b"came to its end" in over.stderr
    assert f"--from {out}".encode() in over.stderr.replace(b"\n", b"")
    evaluated = run("evaluate", data, "--adapter", out, "--json")
    figures = json.loads(evaluated.stdout)
    assert figures["strict"]["f1"] > 0.9
    assert {"precision", "recall", "macro_f1"} <= figures["strict"].keys()
    assert figures["characters"]["recall"] > 0.9
    assert figures["documents"]["leak_free"] > 0.9
    assert figures["labels"]["PERSON"]["f1"] > 0.9
    masked = run("mask", "--adapter", out, stdin=people[0].text.encode())
    assert masked.stdout == b"Today we met [PERSON] on [PHONE]."
    again = run("train", data, "--out", out, *common)
    assert again.returncode == 2
    assert b"--overwrite" in again.stderr
    bad = write_lines(tmp_path / "bad.jsonl", [{"text": 3}])
    assert run("train", bad, "--out", out, *common, "--overwrite").returncode == 2
    assert run("mask", "--adapter", out, stdin=people[0].text.encode()).stdout == masked.stdout


def test_mask_writes_line_breaks_and_all_as_it_read_them(adapter: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_bytes("Ada\r\n\r\n\x00 שלום\n".encode())
    second.write_bytes(b"second\r")
    done = run("mask", first, second, "--adapter", adapter, "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["file"] for row in rows] == [str(first), str(second)]
    plain = run("mask", first, second, "--adapter", adapter)
    assert plain.stdout.decode() == "".join(row["text"] for row in rows)


def test_mask_refuses_bad_input_before_it_prints_anything(adapter: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text("Ada")
    bad.write_bytes(SECRET.encode() + b"\xff")
    done = run("mask", good, bad, "--adapter", adapter)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"not valid UTF-8 at byte 7" in done.stderr
    assert SECRET.encode() not in done.stderr
    assert run("mask", tmp_path / "absent", "--adapter", adapter).returncode == 2


def test_mask_reads_a_pipe_that_is_there_but_once(adapter: Path, tmp_path: Path) -> None:
    text = tmp_path / "letter.txt"
    text.write_text("Call Ada.\n")
    through_a_pipe = f"{sys.executable} -m loredact mask --adapter {adapter} <(cat {text})"
    done = subprocess.run(["bash", "-c", through_a_pipe], capture_output=True, timeout=240, check=True)
    assert done.stdout
    assert done.stdout == run("mask", text, "--adapter", adapter).stdout


def test_a_folder_without_an_adapter_is_told_and_has_its_own_exit_code(tmp_path: Path) -> None:
    done = run("mask", "--adapter", tmp_path, stdin=b"Ada")
    assert done.returncode == 3
    assert b"loredact.json is missing" in done.stderr
    assert b"Traceback" not in done.stderr


def test_corpus_check_lists_problems_and_labels_and_never_the_text(tmp_path: Path) -> None:
    good: dict[str, object] = {"text": SECRET, "spans": [{"start": 0, "end": 4, "label": "P"}]}
    bad: dict[str, object] = {"text": SECRET, "spans": [{"start": 0, "end": 40, "label": "P"}]}
    path = write_lines(tmp_path / "c.jsonl", [good, bad, bad])
    done = run("corpus", "check", path)
    assert done.returncode == 2
    assert done.stdout.count(b"not within") == 2
    assert b"1 documents, 1 spans, 2 problems" in done.stdout
    assert SECRET.encode() not in done.stdout + done.stderr
    counted = json.loads(run("corpus", "check", path, "--json").stdout)
    assert counted["labels"] == {"P": 1}
    assert [problem["line"] for problem in counted["problems"]] == [2, 3]
    assert run("corpus", "check", write_lines(tmp_path / "good.jsonl", [good])).returncode == 0


def test_corpus_make_writes_two_files_that_check_good(tmp_path: Path) -> None:
    out, held = tmp_path / "train.jsonl.gz", tmp_path / "eval.jsonl"
    assert run("corpus", "make", "--documents", "40", "--out", out, "--eval-out", out).returncode == 2
    assert not out.exists()
    assert run("corpus", "make", "--documents", "40", "--out", out, "--eval-out", held).returncode == 0
    for path, documents in ((out, b"40 documents"), (held, b"10 documents")):
        checked = run("corpus", "check", path)
        assert checked.returncode == 0
        assert documents in checked.stdout


def test_base_list_and_get(tiny_base: Base, tmp_path: Path) -> None:
    listed = json.loads(run("base", "list", "--json", LOREDACT_HOME=str(tmp_path)).stdout)
    assert listed[0]["name"] == "smollm2-135m-instruct"
    assert listed[0]["cached"] is False
    assert run("base", "get", tiny_base.folder).stdout.decode().strip() == str(tiny_base.folder)
    assert run("base", "get", "no-such").returncode == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--rank", "0"), b"greater than or equal to 1"),
        (("--learning-rate", "-1"), b"greater than 0"),
        (("--epochs", "1", "--minutes", "1"), b"not both"),
        (("--depth", "99"), b"between 1 and 2"),
        (("--rank", "4000"), b"rank 4000"),
    ],
)
def test_settings_out_of_range_are_told_plainly(
    tmp_path: Path, tiny_base: Base, people: list[Document], options: tuple[str, ...], message: bytes
) -> None:
    data = tmp_path / "people.jsonl"
    write_corpus(data, people)
    done = run("train", data, "--out", tmp_path / "out", "--base", tiny_base.folder, *options)
    assert done.returncode == 2
    assert message in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("epochs: 1\nminutes: 1\n", b"not both"),
        ("lora:\n  targets: '*.q_proj'\n", b"no regular expression"),
        ("1: 2\n", b"names and values"),
        ("lora:\n", b"lora: "),
    ],
)
def test_a_file_of_settings_that_cannot_be_used_is_told_plainly(
    tmp_path: Path, people: list[Document], written: str, message: bytes
) -> None:
    data, config = tmp_path / "people.jsonl", tmp_path / "settings.yaml"
    write_corpus(data, people)
    config.write_text(written)
    done = run("train", data, "--out", tmp_path / "out", "--config", config)
    assert done.returncode == 2
    assert message in done.stderr


def test_how_long_is_the_command_lines_word_before_the_files(tmp_path: Path) -> None:
    config = tmp_path / "settings.yaml"
    config.write_text("minutes: 30\nlora:\n")
    settings = make_settings(config, {"epochs": 1.0, "lora.rank": 8})
    assert (settings.epochs, settings.minutes, settings.lora.alpha) == (1, None, 16)


def test_an_out_that_cannot_be_written_to_is_told_before_anything_is_learnt(
    tmp_path: Path, people: list[Document]
) -> None:
    data = tmp_path / "people.jsonl"
    write_corpus(data, people)
    for out in (data, data / "adapter"):
        done = run("train", data, "--out", out)
        assert done.returncode == 2
        assert b"no folder to write to: Not a directory" in done.stderr


def test_an_adapter_of_pefts_files_alone_is_not_overwritten_unasked(tmp_path: Path, people: list[Document]) -> None:
    write_corpus(tmp_path / "people.jsonl", people)
    (tmp_path / "adapter_config.json").write_text("{}")
    done = run("train", tmp_path / "people.jsonl", "--out", tmp_path)
    assert done.returncode == 2
    assert b"--overwrite" in done.stderr


def test_a_run_that_is_refused_leaves_no_folder(tmp_path: Path) -> None:
    bad = write_lines(tmp_path / "bad.jsonl", [{"text": 3}])
    assert run("train", bad, "--out", tmp_path / "new" / "adapter").returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["bad.jsonl"]


def test_an_unforeseen_error_shows_its_place_and_never_its_message() -> None:
    code = f"import loredact.cli.app as a\ndef boom(): raise RuntimeError('{SECRET}')\na.app = boom\na.run()\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 70
    assert b"RuntimeError at" in done.stderr
    assert SECRET.encode() not in done.stderr


def test_a_file_read_in_blocks_is_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A character, or a line break of two characters, may lie across the end of a block."""
    monkeypatch.setattr(texts, "_BLOCK_BYTES", 3)
    text = "Zoë\r\n👩🏽‍🚀\rßä\n"
    path = tmp_path / "letter.txt"
    path.write_bytes(text.encode())
    assert "".join(texts.blocks(str(path))) == text


@pytest.mark.parametrize(("data", "at"), [(b"abcd\xffefgh", 4), (b"ab\xc3", 2), (b"abcde\xc3(fg", 5)])
def test_the_first_byte_that_is_not_utf8_is_named_in_whatever_block_it_stands(
    data: bytes, at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "_BLOCK_BYTES", 3)
    path = tmp_path / "letter.txt"
    path.write_bytes(data)
    with pytest.raises(InputError, match=f"at byte {at}\\."):
        list(texts.blocks(str(path)))


def _run_in_a_shell(command: str, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    """`command` with `loredact` in it, whose arguments are `$1` and so on."""
    code = command.replace("loredact", f"{sys.executable} -m loredact")
    return subprocess.run(
        ["bash", "-c", code, "-", *map(str, arguments)], capture_output=True, timeout=240, check=False
    )


def test_closed_standard_input_is_reported(adapter: Path) -> None:
    for command in (("mask", "--adapter", adapter), ("corpus", "check", "-")):
        done = run(*command, closed=0)
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"Standard input is closed" in done.stderr


def test_closed_standard_output_is_reported_and_nothing_else_becomes_it(adapter: Path, tmp_path: Path) -> None:
    text = tmp_path / "letter.txt"
    text.write_text("Call Ada.")
    done = run("mask", "--adapter", adapter, text, closed=1)
    assert done.returncode == 2
    assert b"Standard output is closed" in done.stderr
    code = (
        "import loredact.cli.app as a, os\ndef app(): print(os.open(os.devnull, os.O_RDONLY) > 2, file=open('{}', 'w'))"
    )
    code = code.format(tmp_path / "told") + "\na.app = app\na.run()\n"
    subprocess.run(["bash", "-c", f'{sys.executable} -c "$1" <&- >&- 2>&-', "-", code], check=True)
    assert (tmp_path / "told").read_text() == "True\n"


def test_full_standard_output_is_reported(adapter: Path, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no device that is always full here")
    (tmp_path / "letter.txt").write_text("Call Ada.")
    for command in ("loredact mask --adapter $1 $2 > /dev/full", "loredact base list > /dev/full"):
        done = _run_in_a_shell(command, adapter, tmp_path / "letter.txt")
        assert done.returncode == 2
        assert b"No space left on device" in done.stderr
        assert b"Traceback" not in done.stderr
        assert b"Exception ignored" not in done.stderr


def test_file_names_that_are_not_utf8_are_printed_as_json(adapter: Path, tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/letter-\xff.txt"
    try:
        Path(os.fsdecode(name)).write_text("Zoë")
    except OSError:
        pytest.skip("file names are UTF-8 here")
    done = run("mask", os.fsdecode(name), "--adapter", adapter, "--json")
    assert done.returncode == 0, done.stderr
    assert os.fsencode(json.loads(done.stdout)["file"]) == name
    checked = run("corpus", "check", os.fsdecode(name), "--json")
    assert checked.returncode == 2
    assert os.fsencode(json.loads(checked.stdout)["problems"][0]["file"]) == name
    assert b"letter-\\udcff.txt: no form that is known" in run("corpus", "check", os.fsdecode(name)).stdout


def test_terminal_escapes_in_names_and_labels_never_reach_the_terminal(tmp_path: Path) -> None:
    escape = "\x1b]0;owned\x07\x1b[31m\x9b31m"
    path = tmp_path / f"c{escape}.jsonl"
    row: dict[str, object] = {"text": SECRET, "spans": [{"start": 0, "end": 4, "label": f"P{escape}"}]}
    write_lines(path, [row])
    for done in (run("corpus", "check", path), run("train", path, "--out", tmp_path / "out"), run("base", "get", path)):
        assert done.returncode in (2, 4)
        shown = done.stdout + done.stderr
        assert b"\x1b" not in shown
        assert "\x9b".encode() not in shown
        assert SECRET.encode() not in shown


def test_corpus_make_writes_to_standard_output_and_through_links_and_keeps_modes(tmp_path: Path) -> None:
    made = run("corpus", "make", "--documents", "5", "--out", "/dev/stdout")
    assert made.returncode == 0
    assert made.stdout.count(b"\n") == 5
    there, link = tmp_path / "there.jsonl", tmp_path / "link.jsonl"
    there.touch(0o600)
    link.symlink_to(there)
    assert run("corpus", "make", "--documents", "5", "--out", link).returncode == 0
    assert link.is_symlink()
    assert there.read_bytes() == made.stdout
    assert there.stat().st_mode & 0o777 == 0o600


def test_an_adapter_that_ships_and_a_folder_of_its_name_are_told_apart(
    adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said: list[str] = []
    assert find_adapter("fast", said.append).is_absolute()
    assert said == []
    (tmp_path / "fast").symlink_to(adapter)
    assert find_adapter("fast", said.append).is_absolute()
    assert len(said) == 1
    assert "ships with loredact" in said[0]
    assert find_adapter("./fast", said.append) == find_adapter(Path("fast")) == Path("fast")
    assert len(said) == 1


def test_mail_is_not_masked_as_a_plain_text(tmp_path: Path) -> None:
    mail = tmp_path / "a.eml"
    mail.write_text("From: a@example.org\nSubject: Hello\nContent-Transfer-Encoding: base64\n\nQWRhIExvdmVsYWNl\n")
    done = run("mask", mail, "--json", "--adapter", "fast")
    assert done.returncode == 2
    assert done.stdout == b""
    assert b"whose texts are encoded" in done.stderr
    assert b"Ada" not in run("mask", mail, "--adapter", "fast").stdout


def test_printed_page_tells_once_of_scripts_that_stay_and_masks_them_when_asked(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text("<p>Dear Ada Lovelace,</p><script>var name = 'Ada Lovelace'</script>")
    told = run("mask", page, "--adapter", "fast")
    assert told.stderr.count(b"scripts are left as they are") == 1
    assert b"Ada" in told.stdout
    masked = run("mask", page, "--adapter", "fast", "--scripts")
    assert b"scripts" not in masked.stderr
    assert b"Ada" not in masked.stdout


def test_columns_belong_to_files_that_have_some(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Dear Ada Lovelace")
    done = run("mask", tmp_path / "a.txt", "--columns", "name", "--adapter", "fast")
    assert done.returncode == 2
    assert done.stdout == b""


@pytest.mark.parametrize(("given", "epsilon"), [({"private": {}}, 2.0), ({"private": {}, "private.epsilon": 3.0}, 3.0)])
def test_private_on_the_command_line_keeps_the_epsilon_of_the_configuration(
    tmp_path: Path, given: dict[str, object], epsilon: float
) -> None:
    config = tmp_path / "settings.yaml"
    config.write_text("private: {epsilon: 2}\n")
    private = make_settings(config, given).private
    assert private is not None
    assert private.epsilon == epsilon
    default = make_settings(None, {"private": {}}).private
    assert default is not None
    assert default.epsilon == 8
