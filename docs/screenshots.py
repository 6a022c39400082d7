"""The screenshots of docs/studio.md: `python docs/screenshots.py`, with Playwright and Chromium.

A studio of generated letters is opened in a headless browser; each page is taken at 1280 and at 390 pixels, light and
dark. Those that the documentation shows go into `docs/images/studio`; `--all FOLDER` keeps the others too, to look at.
"""

import argparse
import itertools
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from loredact.document import Document, Span
from loredact.studio.adapter_names import RUNS_FOLDER
from loredact.studio.choices import ADAPTER_CHOICE, choose
from loredact.studio.database import FILE, Database
from loredact.studio.labelled import Change, edit, read_layer, set_status
from loredact.studio.runs import Runs
from loredact.studio.texts import add_texts

IMAGES = Path(__file__).parent / "images" / "studio"
# What the documentation shows: the page, the width, the colours.
SHOWN = {
    ("texts", 1280, "light"),
    ("label", 1280, "light"),
    ("label", 390, "dark"),
    ("train", 1280, "light"),
    ("compare", 1280, "light"),
    ("quality", 1280, "light"),
    ("mask", 1280, "dark"),
}
# What shows more than a screen.
HEIGHTS = {"train": 1500, "compare": 1150, "mask": 1150, "quality": 820}
PAGES = ("texts", "label", "train", "compare", "mask", "quality", "labels", "export")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 240_000
_unlabelled = itertools.count(34)

_NAMES = ("Ada Lovelace", "Paul Erdős", "Emmy Noether", "José Álvarez", "Li Wei", "Søren Kjær", "Rosalind Franklin")
_TOWNS = ("Whitby", "Budapest", "Göttingen", "Sevilla", "Aarhus", "Leeds")


def letter(index: int) -> Document:
    """A made-up letter of a practice."""
    name, town = _NAMES[index % len(_NAMES)], _TOWNS[index % len(_TOWNS)]
    parts: list[tuple[str, str | None]] = [
        ("Dear colleague,\n\nthank you for seeing ", None),
        (name, "PERSON"),
        (" of ", None),
        (town, "LOCATION"),
        (", born on ", None),
        (f"{index % 28 + 1} March 19{50 + index}", "DATE_OF_BIRTH"),
        (".\nThe patient was admitted on ", None),
        (f"{index % 27 + 2} June 2024", "DATE_TIME"),
        (" with a cough of three weeks. Blood pressure 130/85, temperature 37.2.\n\nFor questions ring ", None),
        (f"0113 496 0{100 + index}", "PHONE_NUMBER"),
        (" or write to ", None),
        (f"ward{index}@clinic.example", "EMAIL_ADDRESS"),
        (".\n\nWith kind regards,\nDr ", None),
        (_NAMES[(index + 3) % len(_NAMES)], "PERSON"),
        ("\n", None),
    ]
    text, spans = "", []
    for part, label in parts:
        if label is not None:
            spans.append(Span(len(text), len(text) + len(part), label))
        text += part
    return Document(text, tuple(spans))


def prepare(folder: Path) -> None:
    """A folder in which thirty letters are done, two of them with a slip, and ten are not."""
    database = Database(folder)
    done = [letter(i) for i in range(30)]
    # A number that nobody saw, and a town that was taken for a name.
    done[7] = Document(done[7].text, tuple(span for span in done[7].spans if span.label != "PHONE_NUMBER"))
    taken = [replace(span, label="PERSON") if span.label == "LOCATION" else span for span in done[18].spans]
    done[18] = Document(done[18].text, tuple(taken))
    add_texts(database, [(f"letter-{i + 1:02d}.txt", document) for i, document in enumerate(done)], "letters", "Grace")
    add_texts(
        database, [(f"letter-{i + 1:02d}.txt", Document(letter(i).text)) for i in range(30, 40)], "letters", "Grace"
    )
    set_status(database, 31, "", read_layer(database, 31).version, "skipped", "Emmy")
    read_again(database, 3)
    runs = Runs(database)
    runs.add({"epochs": 6}, "fast", "Grace")
    runs.add({"epochs": 6}, "fast", "Grace", "slips")
    runs.add({"epochs": 6}, "fast", "Grace", "curve")
    choose(database, ADAPTER_CHOICE, "fast", "Grace")
    database.close()


def train(folder: Path) -> None:
    """Let the folder's runs come to their end, and its adapter be used."""
    database = Database(folder)
    runs = Runs(database)
    runs.start()
    while any(run["state"] not in {"done", "failed"} for run in runs.described()):
        time.sleep(0.5)
    runs.close()
    choose(database, ADAPTER_CHOICE, "run-001", "Grace")
    database.close()


def read_again(database: Database, text: int) -> None:
    """A second reading, which differs in a span."""
    spans = read_layer(database, text).spans
    edit(database, text, "Emmy", 0, Change(add=(*spans[:1], (*spans[1][:2], "ORGANIZATION"), *spans[2:])), "Emmy")
    set_status(database, text, "Emmy", 1, "done", "Emmy")


def take(page: Page, where: str, origin: str) -> None:
    """Bring a page to where there is something to see."""
    # A text is open to one browser at a time.
    label = f"label/{next(_unlabelled)}" if where == "label" else where
    page.goto(f"{origin}/#/{label}")
    page.locator(f"main[data-shows={where}] h1").wait_for()
    if where == "texts":
        page.locator("td.number", has_text="%").first.wait_for()
    if where == "label":
        page.locator("mark").first.wait_for()
        page.locator(".pane").focus()
        for key in ("ArrowRight", "Enter", "Enter"):
            page.keyboard.press(key)
    if where == "compare":
        page.get_by_label("Before").select_option("fast")
        page.get_by_role("button", name="Compare").click()
        page.get_by_role("button", name="Show the curve").click()
        page.get_by_role("slider").fill("14")
        page.get_by_text("against the point in use").wait_for()
    if where in {"train", "quality"}:
        page.locator("figcaption" if where == "train" else ".slip").first.wait_for()
    if where == "mask":
        page.get_by_label("What takes the place of a span").select_option("surrogate")
        page.get_by_role("textbox", name="Try a text").fill(letter(40).text)
        page.get_by_role("button", name="Mask it").click()
        page.get_by_role("group", name="The masked text").locator("mark").first.hover()
        page.get_by_role("button", name="Mask these").click()
        page.get_by_role("button", name="Download them").wait_for()
        page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(800)


def shoot(browser: Browser, address: str, every: Path | None) -> None:
    """The pages that the documentation shows; into the folder `every`, all of them."""
    origin = address.partition("/?")[0]
    context = browser.new_context(device_scale_factor=1)
    context.set_default_timeout(PATIENCE)
    first = context.new_page()
    first.goto(address)
    first.get_by_role("heading", name="Texts").wait_for()
    first.evaluate("localStorage.setItem('who', 'Grace')")
    state = context.storage_state()
    for colours in ("light", "dark"):
        for width in (1280, 390):
            own = browser.new_context(
                storage_state=state, color_scheme=colours, viewport={"width": width, "height": 800}
            )
            own.set_default_timeout(PATIENCE)
            page = own.new_page()
            for where in PAGES:
                shown = (where, width, colours) in SHOWN
                if not shown and every is None:
                    continue
                page.set_viewport_size({"width": width, "height": HEIGHTS.get(where, 800)})
                take(page, where, origin)
                for folder in [IMAGES] * shown + ([every] if every else []):
                    folder.mkdir(parents=True, exist_ok=True)
                    page.screenshot(path=folder / f"{where}-{width}-{colours}.png", full_page=width == 390)
            own.close()
    context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, help="a folder for all of them")
    parser.add_argument("--letters", type=Path, help="a folder for what is trained, which the next call takes up")
    wanted = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is not installed.")
    with tempfile.TemporaryDirectory() as temporary:
        folder = wanted.letters or Path(temporary) / "letters"
        if not (folder / FILE).exists():
            prepare(folder)
        train(folder)
        assert (folder / RUNS_FOLDER / "run-001" / "adapter" / "loredact.json").exists()
        command = [sys.executable, "-m", "loredact", "studio", str(folder), "--no-browser"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as studio:
            assert studio.stdout is not None
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
                shoot(browser, studio.stdout.readline().strip(), wanted.all)
                browser.close()
            studio.terminate()


if __name__ == "__main__":
    main()
