"""What the commands share: messages and progress on standard error, results on standard output."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

from loredact.errors import printable

console = Console(stderr=True, highlight=False)


def tell(message: str) -> None:
    """Print a line of a result to standard output."""
    typer.echo(printable(message))


def complain(message: str) -> None:
    """Print an error."""
    console.print("error: ", style="bold red", end="")
    console.print(printable(message), markup=False, soft_wrap=True)


def say(message: str) -> None:
    """Print what the program is doing."""
    console.print(printable(message), style="dim", markup=False, soft_wrap=True)


@contextmanager
def progress(description: str) -> Iterator[Callable[[float, str], None]]:
    """A bar with the time left, moved by the share done and a note; nothing where standard error is no terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[note]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=False) as bar:
        task = bar.add_task(description, total=1.0, note="")
        yield lambda done, note: bar.update(task, completed=done, note=note)


def print_json(value: object) -> None:
    """Print `value` as JSON to standard output."""
    typer.echo(as_json(value, indent=2))


def as_json(value: object, indent: int | None = None) -> str:
    """`value` as JSON, in ASCII where something in it, such as a file's name, is not valid Unicode."""
    written = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        written.encode("utf-8")
    except UnicodeEncodeError:
        written = json.dumps(value, indent=indent)
    return written


def keep_standard_streams() -> None:
    """Open what the program was started without, so that no file it opens becomes standard input, output or error."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free


def give_up_output() -> None:
    """Let go of what could not be written to standard output, so that it is not tried again at the end."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
