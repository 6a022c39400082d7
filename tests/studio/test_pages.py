"""Two browsers, hostile texts, the keyboard alone, axe, and how quick a long text is."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from loredact.document import Document, Span
from loredact.studio.database import Database
from loredact.studio.labelled import Place, read_layer, set_status
from loredact.studio.texts import add_texts, unlabelled_texts
from tests.studio.conftest import PATIENCE, Started, letters

expect.set_options(timeout=PATIENCE)

Colours = Literal["light", "dark"]
# What axe checks: all of these, and of those what depends on width and colours.
LOOKS = ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = ("texts", "label", "train", "compare", "mask", "quality", "labels", "export")


@dataclass(frozen=True)
class Letters:
    """Four letters in the shared studio, of which the last is labelled."""

    studio: Started
    numbers: list[int]
    documents: list[Document]


_used = itertools.count(100, 4)


@pytest.fixture
def four(shared: Started) -> Letters:
    """Letters that no other test has."""
    documents = letters(4, next(_used))
    named = [(f"letter {index}", Document(document.text)) for index, document in enumerate(documents[:3])]
    database = Database(shared.folder)
    numbers = add_texts(database, [*named, ("letter 3", documents[3])], "letters", "Emmy").texts
    database.close()
    return Letters(shared, numbers, documents)


def go(page: Page, studio: Started, where: str) -> None:
    page.goto(f"{studio.origin}/#/{where}")
    expect(page.locator(f'main[data-shows="{where.partition("/")[0]}"] h1')).to_be_visible()


def spans_of(studio: Started, text: int) -> tuple[Place, ...]:
    database = Database(studio.folder)
    try:
        return read_layer(database, text).spans
    finally:
        database.close()


def label(page: Page, *keys: str) -> None:
    """Press keys, and wait until what they did is kept."""
    page.locator(".pane").focus()
    for key in keys:
        page.keyboard.press(key)
    expect(page.locator("#saved")).to_have_text("kept")


# --- two browsers


@pytest.fixture
def other(browser: Browser, shared: Started, page: Page) -> Iterator[Page]:
    """A second browser on the same folder, let in by an address of the first."""
    go(page, shared, "export")
    page.get_by_role("button", name="Make an address").click()
    expect(page.get_by_label("Address")).not_to_have_value("")
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    made = context.new_page()
    made.goto(page.get_by_label("Address").input_value())
    expect(made.get_by_role("heading", name="Texts")).to_be_visible()
    yield made
    context.close()


def test_a_text_is_open_in_one_browser_at_a_time_and_a_stale_edit_is_told(
    four: Letters, page: Page, other: Page
) -> None:
    studio, number = four.studio, four.numbers[0]
    page.get_by_label("Your name").fill("Grace")
    page.get_by_label("Your name").press("Tab")
    go(page, studio, f"label/{number}")
    label(page, "w", "w", "w", "1")
    go(other, studio, f"label/{number}")
    expect(other.get_by_text("Open at Grace’s")).to_be_visible()
    label(other, "w", "1")
    assert len(spans_of(studio, number)) == 1
    # Taken over, and then changed under the first one's eyes.
    other.get_by_role("button", name="Take it over").click()
    expect(other.get_by_text("Open at Grace’s")).to_be_hidden()
    label(other, "w", "w", "w", "5")
    expect(other.get_by_role("heading", name="2 labelled")).to_be_visible()
    both = spans_of(studio, number)
    label(page, "Escape", "w", "1")
    expect(page.get_by_text("Your last change was not kept")).to_be_visible()
    expect(page.get_by_role("heading", name="2 labelled")).to_be_visible()
    assert spans_of(studio, number) == both


# --- hostile texts

HOSTILE = (
    "<script>window.ran = 1</script><img src=x onerror='window.ran = 1'>\n"
    "\u202eevil\u202c \u2066nested\u2069 javascript:alert(1) {{7*7}} ${7*7}\n"
    "\x00\x1b[31mred\x1b[0m \ufeff\u200b\n"
    "👩‍👩‍👧‍👦 José\u0301 शमिला שלום עולם Ada 🇪🇸 e\u0301nd"
)


def test_a_hostile_text_is_shown_as_text_and_runs_nothing(shared: Started, page: Page) -> None:
    go(page, shared, "texts")
    page.get_by_text("Paste a text").click()
    page.get_by_label("Text", exact=True).fill(HOSTILE.replace("\x00", ""))
    page.get_by_label("Its name").fill("<b onmouseover=alert(1)>name</b>")
    page.get_by_role("button", name="Add the text").click()
    page.get_by_role("link", name="<b onmouseover=alert(1)>name</b>").click()
    expect(page.locator('main[data-shows="label"] h1')).to_have_text("<b onmouseover=alert(1)>name</b>")
    assert page.locator(".pane").evaluate("pane => pane.textContent") == HOSTILE.replace("\x00", "")
    assert page.locator(".pane script, .pane img, .pane b").count() == 0
    assert page.evaluate("window.ran") is None
    assert page.locator(".control").count() >= 8


def test_spans_are_right_to_the_code_point(shared: Started, page: Page) -> None:
    database = Database(shared.folder)
    text = f"{HOSTILE} {next(_used)}"
    (number,) = add_texts(database, [("hostile", Document(text))], "x", "").texts
    go(page, shared, f"label/{number}")
    values = ["👩‍👩‍👧‍👦", "José\u0301", "शमिला", "שלום", "Ada", "🇪🇸", "e\u0301nd"]
    for value in values:
        page.get_by_label("Find in the text").fill(value)
        page.get_by_label("Find in the text").press("Enter")
        label(page, "1")
    assert [text[start:end] for start, end, _ in read_layer(database, number).spans] == values
    database.close()


# --- the keyboard alone


def skip_others(four: Letters) -> None:
    """Leave nothing but the four letters in the queue."""
    database = Database(four.studio.folder)
    for row in unlabelled_texts(database):
        if row["id"] not in four.numbers:
            set_status(database, row["id"], "", read_layer(database, row["id"]).version, "skipped", "")
    database.close()


def press_until(page: Page, key: str, selector: str, most: int = 60) -> None:
    for _ in range(most):
        page.keyboard.press(key)
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
    raise AssertionError(f"{selector} has not come by {key}")


def test_the_whole_way_goes_by_keyboard_alone(four: Letters, page: Page) -> None:
    studio = four.studio
    skip_others(four)
    page.goto(studio.origin)
    expect(page.get_by_role("heading", name="Texts")).to_be_visible()
    press_until(page, "Tab", "#who")
    page.keyboard.type("Grace")
    press_until(page, "Tab", "main button.main")
    page.keyboard.press("Enter")
    expect(page.locator(".pane")).to_be_focused()
    number = int(page.url.rpartition("/")[2])
    # The name of who the letter is for: two words after "Dear".
    page.keyboard.press("/")
    page.keyboard.type("Dear")
    page.keyboard.press("Enter")
    page.keyboard.press("w")
    page.keyboard.press("Shift+W")
    page.keyboard.press("1")
    expected = four.documents[four.numbers.index(number)].spans[0]
    expect(page.locator("#saved")).to_have_text("kept")
    assert (expected.start, expected.end, "PERSON") in spans_of(studio, number)
    # Its edge out and in again, undone and done again, away and back.
    for keys, end in ((["]"], None), (["}"], expected.end), (["Delete"], 0), (["Control+z"], expected.end)):
        for key in keys:
            page.keyboard.press(key)
        expect(page.locator("#saved")).to_have_text("kept")
        page.wait_for_timeout(500)
        found = [place for place in spans_of(studio, number) if place[0] == expected.start]
        if end is not None:
            assert [place[1] for place in found] == ([end] if end else [])
    page.keyboard.press("Control+Enter")
    expect(page).not_to_have_url(f"{studio.origin}/#/label/{number}")
    press_until(page, "Shift+Tab", 'nav a[href="#/train"]')
    page.keyboard.press("Enter")
    expect(page.locator("main[data-shows=train] h1")).to_be_visible()
    press_until(page, "Tab", "main button.main")
    expect(page.get_by_role("button", name="Train")).to_be_focused()
    press_until(page, "Shift+Tab", 'nav a[href="#/mask"]')
    page.keyboard.press("Enter")
    expect(page.locator("main[data-shows=mask] h1")).to_be_visible()
    press_until(page, "Tab", "main textarea")
    page.keyboard.type("Ada Lovelace, ada@example.org")
    press_until(page, "Tab", "main button.main")
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="The masked text")).to_contain_text("[EMAIL_ADDRESS]")


def test_keys_count_in_the_text_alone(four: Letters, page: Page) -> None:
    studio, number = four.studio, four.numbers[3]
    go(page, studio, f"label/{number}")
    page.get_by_label("Find in the text").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Delete")
    assert len(spans_of(studio, number)) == 3


# --- axe


@pytest.mark.parametrize(("width", "colours", "rules"), [(1280, "light", RULES), (390, "dark", LOOKS)])
def test_axe_finds_nothing(
    four: Letters, browser: Browser, entered: BrowserContext, width: int, colours: Colours, rules: list[str]
) -> None:
    # Axe is no script of ours.
    context = browser.new_context(
        storage_state=entered.storage_state(),
        viewport={"width": width, "height": 800},
        color_scheme=colours,
        bypass_csp=True,
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    found = {}
    for where in (*(name for name in PAGES if name != "label"), f"label/{four.numbers[3]}"):
        go(page, four.studio, where)
        if where == "mask":
            page.get_by_role("textbox", name="Try a text").fill("Ada Lovelace, ada@example.org")
            page.get_by_role("button", name="Mask it").click()
            expect(page.get_by_role("group", name="The masked text")).to_contain_text("[EMAIL_ADDRESS]")
        violations = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]}).response["violations"]
        if violations:
            found[where] = [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in violations]
        # Nothing is wider than the screen.
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), where
    context.close()
    assert found == {}, json.dumps(found, indent=2)


# --- speed

CHARACTERS, SPANS = 100_000, 2_000


def test_a_key_in_a_long_text_is_on_the_screen_soon(shared: Started, page: Page) -> None:
    database = Database(shared.folder)
    text = ("Ada rang, and then a letter came to us here: 📮 \n" * 2_100)[:CHARACTERS]
    starts = [index for index in range(0, CHARACTERS - 60, 1) if text.startswith("Ada", index)][:SPANS]
    spans = tuple(Span(start, start + 3, "PERSON") for start in starts)
    assert len(spans) == SPANS
    (number,) = add_texts(database, [("long", Document(text, spans))], "x", "").texts
    go(page, shared, f"label/{number}")
    expect(page.get_by_role("heading", name=f"{SPANS} labelled")).to_be_visible()
    milliseconds = sorted(page.evaluate(MEASURE))
    median = milliseconds[len(milliseconds) // 2]
    print(f"keystroke to screen, {CHARACTERS} characters, {SPANS} spans: median {median:.0f} ms")
    # Wide of what benchmarks/studio.py measures: tests run beside others.
    assert median < 500
    assert page.locator(".pane mark").count() < SPANS / 4


MEASURE = """async () => {
    const pane = document.querySelector(".pane");
    pane.focus();
    const taken = [];
    for (const key of ["ArrowRight", "ArrowRight", "2", "]", "Delete", "ArrowRight", "3", "w", "1", "ArrowLeft"]) {
        await new Promise((done) => setTimeout(done, 300));
        await new Promise((done) => requestAnimationFrame(done));
        const began = performance.now();
        pane.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
        // After the frame in which it is drawn.
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        taken.push(performance.now() - began);
    }
    return taken;
}"""


def test_a_text_of_ten_megabytes_is_shown(shared: Started, page: Page) -> None:
    database = Database(shared.folder)
    text = "\u202e<script>window.ran = 1</script> שלום 👩‍👩‍👧‍👦 " * 230_000
    (number,) = add_texts(database, [("long", Document(text))], "x", "").texts
    assert len(text.encode()) > 10_000_000
    go(page, shared, f"label/{number}")
    expect(page.get_by_text("The text is long")).to_be_visible()
    assert page.locator(".pane *").count() < 20_000
    label(page, "w", "1")
    ((start, end, _),) = read_layer(database, number).spans
    assert text[start:end] == "script"
    assert page.evaluate("window.ran") is None
