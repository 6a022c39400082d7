"""How quick the studio is: `python benchmarks/studio.py`, with Playwright and Chromium.

Printed are, each the median of several in a headless browser: from the address to the first page, a key in a text of
100,000 characters with 2,000 spans until the frame that shows it, the suggestions for a letter that was just opened,
once the adapter is in memory, and what is found in the letters at another operating point, once they are scored.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from loredact.document import Document, Span
from loredact.studio.database import Database
from loredact.studio.texts import add_texts

CHARACTERS, SPANS, LETTERS = 100_000, 2_000, 12
PATIENCE = 240_000
FLAGS = ("--no-sandbox", "--disable-gpu")

# Measured in the page, from the key to after the frame in which it is drawn.
_KEYS = """async () => {
    const pane = document.querySelector(".pane");
    const taken = [];
    const keys = ["ArrowRight", "2", "]", "Delete", "w", "1", "ArrowRight", "3", "ArrowLeft", "Delete"].concat(
        ["ArrowRight", "4", "ArrowRight", "Delete", "w", "2", "ArrowLeft", "5", "]", "ArrowRight"]);
    for (const key of [...keys, ...keys, ...keys]) {
        await new Promise((done) => setTimeout(done, 300));
        await new Promise((done) => requestAnimationFrame(done));
        const began = performance.now();
        pane.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        taken.push(performance.now() - began);
    }
    return taken;
}"""
_SUGGESTIONS = """async (number) => {
    const began = performance.now();
    await (await fetch(`/api/texts/${number}/suggestions`)).json();
    return performance.now() - began;
}"""
_SCORING = """async () => {
    const state = (await (await fetch("/api/folder")).json()).adapter;
    const began = performance.now();
    let job = await (await fetch(`/api/points/${state}/scoring`, {method: "POST"})).json();
    while (["waiting", "running"].includes(job.state)) {
        await new Promise((done) => setTimeout(done, 50));
        job = await (await fetch(`/api/jobs/${job.id}`)).json();
    }
    const scored = performance.now() - began;
    const points = [];
    const count = (await (await fetch(`/api/points/${state}`)).json()).points.length;
    for (let index = 0; index < count; index += 1) {
        const asked = performance.now();
        await (await fetch(`/api/points/${state}/${index}`)).json();
        points.push(performance.now() - asked);
    }
    return [job.result.texts, scored, points];
}"""
_LETTER = (
    "Dear colleague,\n\nthank you for seeing Ada Lovelace of Whitby, born on 10 December 1975. She was admitted on {} "
    "June 2024 with a cough of three weeks. Blood pressure 130/85, temperature 37.2, no fever since. The X-ray showed "
    "nothing of note and she was sent home on the third day with inhaled steroids, to be seen again in six weeks.\n\n"
    "For questions ring 0113 496 01{:02d} or write to ward@clinic.example.\n\nWith kind regards,\nDr Emmy Noether\n"
)


def prepare(folder: Path) -> None:
    """A folder with the long text, and letters."""
    database = Database(folder)
    step = CHARACTERS // SPANS
    text = ("Ada rang, and then a letter came to us here again" + "\n") * SPANS
    spans = tuple(Span(start, start + 3, "PERSON") for start in range(0, SPANS * step, step))
    assert len(text) == CHARACTERS
    letters = [(f"letter {i}", Document(_LETTER.format(i + 1, i))) for i in range(LETTERS)]
    add_texts(database, [("long", Document(text, spans)), *letters], "made up", "")
    database.close()


def measure(page: Page, address: str) -> None:
    """Print the figures."""
    origin = address.partition("/?")[0]
    began = time.monotonic()
    page.goto(address)
    page.get_by_role("link", name="letter 0").wait_for()
    print(f"first page after a start   {1000 * (time.monotonic() - began):6.0f} ms")
    pages = []
    for _ in range(5):
        began = time.monotonic()
        page.reload()
        page.get_by_role("link", name="letter 0").wait_for()
        pages.append(1000 * (time.monotonic() - began))
    print(f"first page                 {statistics.median(pages):6.0f} ms (median of 5)")
    # The adapter is loaded by then.
    page.evaluate(_SUGGESTIONS, 2)
    asked = [page.evaluate(_SUGGESTIONS, number) for number in range(3, 2 + LETTERS)]
    print(f"suggestions for a letter   {statistics.median(asked):6.0f} ms (median of {len(asked)})")
    texts, scored, points = page.evaluate(_SCORING)
    print(f"{texts} letters scored          {scored:6.0f} ms")
    print(f"another operating point    {statistics.median(points):6.0f} ms (median of {len(points)})")
    page.goto(f"{origin}/#/label/1")
    page.get_by_role("heading", name=f"{SPANS} labelled").wait_for()
    keys = page.evaluate(_KEYS)
    over = sum(milliseconds >= 50 for milliseconds in keys)
    told = f"median of {len(keys)}, worst {max(keys):.0f}, {over} of 50 or more"
    print(f"a key, to the screen       {statistics.median(keys):6.0f} ms ({told})")


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is not installed.")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "letters"
        prepare(folder)
        command = [sys.executable, "-m", "loredact", "studio", str(folder), "--no-browser"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as studio:
            assert studio.stdout is not None
            address = studio.stdout.readline().strip()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                page.set_default_timeout(PATIENCE)
                # Another order than by doubt, so that the adapter has nothing else to do.
                page.add_init_script("localStorage.setItem('order', 'file')")
                measure(page, address)
                browser.close()
            studio.terminate()


if __name__ == "__main__":
    main()
