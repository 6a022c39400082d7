"""Run the commands of documentation pages as they stand, in a copy of the working tree.

    python docs/commands.py [--long] [--show] [--keep FOLDER] docs/tutorial.md docs/how-to/*.md

Of each page, in order: a code block with a path as its title (```json title="scratch/a.jsonl") is written to that path,
and every line of a `console` block that begins with `$ ` is run by one bash, so that what a command leaves is there for
the next. Standard output and error are held against the lines shown below the command: figures may differ, words may
not; a line `…` stands for any lines; where nothing is shown, anything may come. An HTML comment right above a block
says what is out of the ordinary:

    <!-- exits with 2 -->           the last command fails, and is meant to
    <!-- words differ -->           the output shown is one run's; another's words may differ
    <!-- long: 20 minutes -->       run with --long alone
    <!-- not run: why -->           never run

`CORPORA`, where pages need other people's corpora, is taken from the environment. Exits with 1 if a command failed.
"""

import argparse
import difflib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
_BLOCK = re.compile(
    r"(?:^[ ]*<!-- (?P<note>[^\n]*?) -->\n)?^(?P<indent>[ ]*)```(?P<language>\w+)(?:[ ]+title=\"(?P<title>[^\"]+)\")?\n"
    r"(?P<body>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*(?:e-?\d+)?")


@dataclass(slots=True)
class Command:
    """A command, the output shown below it, and what the comment above its block says."""

    line: str
    shown: list[str]
    note: str


def steps(page: Path) -> list[Command | tuple[str, str]]:
    """Files to write, as path and content, and commands to run, in the page's order."""
    found: list[Command | tuple[str, str]] = []
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        body = re.sub(rf"^{block['indent']}", "", block["body"], flags=re.MULTILINE)
        if block["title"]:
            found.append((block["title"], body))
        elif block["language"] == "console":
            found += _commands(body, block["note"] or "")
    return found


def _commands(body: str, note: str) -> list[Command]:
    commands: list[Command] = []
    for line in body.splitlines():
        if line.startswith("$ "):
            commands.append(Command(line[2:], [], note if note.startswith(("long", "not run", "words")) else ""))
        elif commands and commands[-1].line.endswith("\\"):
            commands[-1].line += "\n" + line
        elif commands:
            commands[-1].shown.append(line)
    if commands and note.startswith("exits"):
        commands[-1].note = note
    return commands


def copy_tree(to: Path) -> None:
    """Copy what git knows or would take."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, names.decode().split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def run(page: Path, folder: Path, long: bool, show: bool) -> bool:
    """Run a page's commands in `folder`; whether all ended as they should."""
    good = True
    # One bash, fed command by command; it says how each ended in a line of its own.
    end = "\x1e"
    shell = subprocess.Popen(
        ["bash", "--noprofile", "--norc"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "120"},
    )
    assert shell.stdin is not None
    assert shell.stdout is not None
    for step in steps(page):
        if isinstance(step, tuple):
            (folder / step[0]).parent.mkdir(parents=True, exist_ok=True)
            (folder / step[0]).write_text(step[1], encoding="utf-8")
            continue
        if step.note.startswith("not run") or (step.note.startswith("long") and not long):
            print(f"  skipped ({step.note}): {step.line}")
            continue
        began = time.monotonic()
        shell.stdin.write(f"{step.line}\nprintf '{end}%s\\n' $?\n")
        shell.stdin.flush()
        output = ""
        while end not in output:
            piece = shell.stdout.readline()
            if not piece:
                break
            output += piece
        output, _, code = output.partition(end)
        wanted = step.note.split()[-1] if step.note.startswith("exits") else "0"
        ended = code.strip() == wanted
        good &= ended
        print(f"  {'ok' if ended else 'FAILED with ' + code.strip()}, {time.monotonic() - began:.0f} s: {step.line}")
        difference = [] if step.note.startswith("words") else _difference(step.shown, output.splitlines())
        if difference or show or not ended:
            print("\n".join(f"    {line}" for line in (not show and difference) or output.splitlines()))
        sys.stdout.flush()
    shell.stdin.close()
    shell.wait()
    return good


def _difference(shown: list[str], printed: list[str]) -> list[str]:
    """How what was printed differs from what is shown, figures left aside."""
    if not any(line.strip() for line in shown):
        return []
    left, right = ([re.sub(r"\s+", " ", _FIGURE.sub("#", line)).strip() for line in side] for side in (shown, printed))
    pattern = "\n".join(r".*" if line == "…" else re.escape(line) for line in left)
    if re.fullmatch(pattern.strip(), "\n".join(right).strip(), re.DOTALL):
        return []
    return list(difflib.unified_diff(shown, printed, "shown", "printed", lineterm="", n=1))


def main() -> None:
    """Run each page in a copy of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("--long", action="store_true", help="also what takes long")
    parser.add_argument("--show", action="store_true", help="print what the commands print")
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it")
    arguments = parser.parse_args()
    good = True
    for page in arguments.pages:
        print(shlex.quote(str(page)))
        with tempfile.TemporaryDirectory() as temporary:
            folder = arguments.keep or Path(temporary)
            folder.mkdir(parents=True, exist_ok=True)
            copy_tree(folder)
            good &= run(page, folder.resolve(), arguments.long, arguments.show)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
