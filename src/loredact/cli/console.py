"""What the commands share: messages, progress and adapters, all on standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

from loredact.errors import printable

console = Console(stderr=True, highlight=False)


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
    import json

    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
