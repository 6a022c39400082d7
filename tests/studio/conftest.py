"""A studio in a process of its own, and a real browser to open it with.

Most tests share one studio, each with texts of its own in it; a test that ends one, or must begin with nothing, starts
another.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loredact.document import Document, Span
from loredact.studio.runs import Runs, is_held

pytest.importorskip("fastapi", reason="the extra `studio` is not installed")
pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from loredact.studio.choices import ADAPTER_CHOICE, choose
from loredact.studio.database import Database

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 180_000  # milliseconds; the machine may have much else to do


class Started:
    """A studio that runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "loredact", "studio", str(folder), "--no-browser"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ,
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self.origin = self.address.partition("/?")[0]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it, by a signal."""
        self.process.send_signal(number)
        self.process.wait(60)
        # Training goes on by itself; here nothing is to be left over, also of what is only about to begin.
        for lock in self.folder.glob("runs/*/running.lock"):
            for _ in range(100):
                if not is_held(lock.parent):
                    break
                with contextlib.suppress(OSError, ValueError):
                    os.kill(int((lock.parent / "process").read_text()), number)
                time.sleep(0.1)


Start = Callable[[], Started]


def choose_fast(folder: Path) -> None:
    """Let a folder's adapter be the smaller of those that ship, which is there sooner."""
    database = Database(folder)
    choose(database, ADAPTER_CHOICE, "fast", "")
    database.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts studios on one folder."""
    started: list[Started] = []

    choose_fast(tmp_path / "letters")

    def start() -> Started:
        started.append(Started(tmp_path / "letters"))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.stop(signal.SIGKILL)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """The studio that tests share."""
    folder = tmp_path_factory.mktemp("studio") / "letters"
    choose_fast(folder)
    started = Started(folder)
    yield started
    started.stop(signal.SIGKILL)


@pytest.fixture(scope="session")
def entered(browser: Browser, shared: Started) -> Iterator[BrowserContext]:
    """A browser that the shared studio has let in."""
    context = browser.new_context(accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    context.new_page().goto(shared.address)
    yield context
    context.close()


@pytest.fixture
def page(entered: BrowserContext) -> Iterator[Page]:
    """A page of the shared studio."""
    made = entered.new_page()
    with failing_on_script_errors(made):
        yield made
    made.close()


@pytest.fixture
def own_page(browser: Browser) -> Iterator[Page]:
    """A page of a browser that no studio has let in yet."""
    context = browser.new_context(accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    made = context.new_page()
    with failing_on_script_errors(made):
        yield made
    context.close()


@contextlib.contextmanager
def failing_on_script_errors(made: Page) -> Iterator[None]:
    """Fail where a script of ours fails, or the policy of the page stops something."""
    wrong: list[str] = []
    made.on("pageerror", lambda error: wrong.append(str(error)))
    made.on(
        "console",
        lambda message: wrong.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield
    assert wrong == []


def letters(count: int, first: int = 0) -> list[Document]:
    """Letters that differ, each with a name, a town and a number."""
    names = ("Ada Lovelace", "Paul Erdős", "Emmy Noether", "José Álvarez", "Li Wei", "Søren Kjær")
    towns = ("Whitby", "Budapest", "Göttingen", "Sevilla", "Århus")
    made = []
    for index in range(first, first + count):
        name, town, number = names[index % 6], towns[index % 5], f"0{index:02d} 555 {index + 1000}"
        text, spans = f"Letter {index + 1}\n\nDear ", []
        for part, label in ((name, "PERSON"), (town, "LOCATION"), (number, "PHONE_NUMBER")):
            spans.append(Span(len(text), len(text) + len(part), label))
            text += (
                part
                + {"PERSON": ",\nthe parcel for ", "LOCATION": " is ready.\nPlease ring ", "PHONE_NUMBER": "."}[label]
            )
        made.append(Document(text, tuple(spans)))
    return made


def wait(runs: Runs, number: int, state: str) -> None:
    """Wait until a run is in a state."""
    for _ in range(1200):
        if runs.row(number)["state"] == state:
            return
        assert runs.row(number)["state"] != "failed", runs.row(number)["message"]
        time.sleep(0.2)
    raise AssertionError(f"the run is not {state}: {dict(runs.row(number))}")
