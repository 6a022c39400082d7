"""Loredact with nothing but what it depends on: what needs an extra says which, and the rest works."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

# Hides every package that a plain `pip install loredact` would not have brought, then runs the command line.
_PLAIN = """
import importlib.metadata as metadata, re, sys

def normal(name):
    return re.sub("[-_.]+", "-", name).lower()

def needs(name):
    for line in metadata.requires(name) or ():
        if "extra ==" not in line:
            yield normal(re.match("[A-Za-z0-9._-]+", line)[0])

there = {normal(of.metadata["Name"]) for of in metadata.distributions()}
kept, waiting = set(), ["loredact"]
while waiting:
    name = waiting.pop()
    if name in there and name not in kept:
        kept.add(name)
        waiting += needs(name)
modules = metadata.packages_distributions()
hidden = {module for module, owners in modules.items() if not kept & set(map(normal, owners))}

class Seen:
    def __init__(self, real):
        self.real = real

    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in hidden else self.real.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self.real, name)

sys.meta_path[:] = [Seen(finder) for finder in sys.meta_path if hasattr(finder, "find_spec")]
sys.argv = ["loredact", *sys.argv[1:]]
from loredact.cli import run
run()
"""
_LABELLED = '{"text": "Ada", "spans": [{"start": 0, "end": 3, "label": "PERSON"}]}\n'
_POLICY = "name: mine\nlabels:\n  PERSON: {operator: {name: %s, key: {file: key}}}\n"


def _plain(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _PLAIN, *arguments],
        cwd=folder,
        input=stdin,
        check=False,
        capture_output=True,
        text=True,
        timeout=240,
    )


@pytest.mark.parametrize(
    ("extra", "arguments"),
    [
        ("serve", ["serve", "--port", "0"]),
        ("studio", ["studio", "here", "--no-browser"]),
        ("mcp", ["mcp"]),
        ("corpus", ["corpus", "make", "--documents", "3", "--out", "made.jsonl"]),
        ("corpora", ["corpus", "check", "texts.parquet"]),
        ("onnx", ["export", "onnx", "fast", "--out", "out"]),
        ("private", ["train", "texts.jsonl", "--from", "fast", "--private", "--epsilon", "8", "--out", "out"]),
        ("ray", ["mask", "texts.csv", "--out", "out", "--ray"]),
        ("crypto", ["vault", "new", "a.vault", "--key-file", "key"]),
        ("crypto", ["mask", "letter.txt", "--policy", "encrypt.yaml"]),
        ("surrogates", ["mask", "letter.txt", "--policy", "surrogate.yaml"]),
    ],
)
def test_command_that_needs_an_extra_says_which(tmp_path: Path, extra: str, arguments: list[str]) -> None:
    (tmp_path / "texts.parquet").write_bytes(b"PAR1")
    (tmp_path / "texts.jsonl").write_text(4 * _LABELLED)
    (tmp_path / "texts.csv").write_text("name\nAda Lovelace\n")
    (tmp_path / "letter.txt").write_text("Dear Ada Lovelace\n")
    for operator in ("encrypt", "surrogate"):
        (tmp_path / f"{operator}.yaml").write_text(_POLICY % operator)
    (tmp_path / "key").write_text(32 * "0f")
    done = _plain(tmp_path, *arguments)
    assert done.returncode == 2, done.stderr
    assert f"pip install 'loredact[{extra}]'" in done.stderr
    assert done.stdout == ""


def test_files_whose_format_needs_an_extra_are_told_and_the_others_are_masked(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "letter.txt").write_text("Dear Ada Lovelace,\n")
    (tmp_path / "in" / "tickets.csv").write_text("name,note\nAda Lovelace,paid\n")
    with zipfile.ZipFile(tmp_path / "in" / "letter.docx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    (tmp_path / "in" / "letter.pdf").write_bytes(b"%PDF-1.4\n")
    done = _plain(tmp_path, "mask", "in", "--out", "out", "--adapter", "fast")
    masked = {path.name: path.read_text() for path in (tmp_path / "out" / "in").iterdir()}
    assert masked == {"letter.txt": "Dear [PERSON],\n", "tickets.csv": "name,note\n[PERSON],paid\n"}, done.stderr
    assert done.returncode == 2
    assert "loredact[documents]" in done.stderr
    assert "Ada" not in done.stderr


def test_storage_whose_library_is_missing_is_told(tmp_path: Path) -> None:
    done = _plain(tmp_path, "mask", "s3://bucket/texts.csv", "--out", "s3://bucket/out")
    assert done.returncode == 2
    assert "s3://bucket/out cannot be reached: Install s3fs to access S3" in done.stderr
