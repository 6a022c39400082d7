"""A newcomer's way through the pages in a real browser, and the same after everything was killed."""

import io
import json
import signal
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from loredact.bases import Base
from loredact.studio.database import Database
from loredact.studio.labelled import read_layer
from loredact.studio.texts import labelled_documents
from tests.studio.conftest import PATIENCE, Start, Started, letters

expect.set_options(timeout=PATIENCE)


def drop(page: Page, count: int) -> None:
    """Drop generated letters as files."""
    files = [(f"letter-{index:02d}.txt", document.text) for index, document in enumerate(letters(count))]
    transfer = page.evaluate_handle(
        """(files) => { const transfer = new DataTransfer();
            for (const [name, text] of files) transfer.items.add(new File([text], name, {type: "text/plain"}));
            return transfer; }""",
        files,
    )
    page.dispatch_event(".drop", "drop", {"dataTransfer": transfer})
    expect(page.get_by_text(f"{count} texts", exact=True)).to_be_visible()


def drag_over(page: Page, value: str) -> None:
    """Drag the mouse over a value in the text."""
    box = page.evaluate(
        """(value) => {
            // A suggestion may begin or end within the value: it then stands in several nodes.
            const walker = document.createTreeWalker(document.querySelector(".pane"), NodeFilter.SHOW_TEXT);
            const nodes = [];
            for (let node = walker.nextNode(); node; node = walker.nextNode()) nodes.push(node);
            const at = nodes.map((node) => node.data).join("").indexOf(value);
            if (at === -1) return null;
            const place = (offset, ends) => {
                for (const node of nodes) {
                    if (offset < node.length || (ends && offset === node.length)) return [node, offset];
                    offset -= node.length;
                }
            };
            const range = document.createRange();
            range.setStart(...place(at, false));
            range.setEnd(...place(at + value.length, true));
            const {left, right, top, bottom} = range.getBoundingClientRect();
            return {left, right, y: (top + bottom) / 2};
        }""",
        value,
    )
    page.mouse.move(box["left"] + 1, box["y"])
    page.mouse.down()
    page.mouse.move((box["left"] + box["right"]) / 2, box["y"])
    page.mouse.move(box["right"] - 0.5, box["y"])
    page.mouse.up()


def open_studio(page: Page, studio: Started) -> None:
    page.goto(studio.address)
    expect(page.get_by_role("heading", name="Texts")).to_be_visible()


@pytest.mark.usefixtures("fast_base")
def test_a_newcomer_labels_trains_and_masks(start: Start, own_page: Page) -> None:
    studio, page = start(), own_page
    open_studio(page, studio)
    page.get_by_label("Your name").fill("Grace")
    page.get_by_label("Your name").press("Tab")
    page.get_by_label("Queue").select_option("file")
    drop(page, 30)
    expected = letters(30)

    page.get_by_role("button", name="Label the next text").click()
    for index in range(20):
        expect(page.get_by_role("heading", name=f"letter-{index:02d}.txt")).to_be_visible()
        # Suggestions are there before anybody acts, as they are for a person.
        expect(page.get_by_role("heading", name="suggested")).to_be_visible()
        document = expected[index]
        if index < 3:  # by dragging: each label chosen, each value dragged over
            for span in document.spans:
                page.get_by_role("radio", name=span.label).dispatch_event("click")
                drag_over(page, document.text[span.start : span.end])
        elif index < 6:  # by keys: accepted, and relabelled where the adapter is wrong
            page.locator(".pane").focus()
            for span in document.spans:
                page.keyboard.press("ArrowRight")
                page.keyboard.press({"PERSON": "1", "LOCATION": "3", "PHONE_NUMBER": "5"}[span.label])
        else:
            page.get_by_role("button", name="Accept all").click()
        page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="letter-20.txt")).to_be_visible()
    database = Database(studio.folder)
    labelled = [document for _, document in labelled_documents(database)]
    assert [document.text for document in labelled] == [document.text for document in expected[:20]]
    assert [document.spans for document in labelled[:3]] == [document.spans for document in expected[:3]]
    events = database.rows("SELECT DISTINCT who FROM events WHERE kind = 'edit'")
    assert [row["who"] for row in events] == ["Grace"]

    page.get_by_role("link", name="Train").click()
    page.get_by_label("Go on from").select_option("fast")
    page.get_by_label("Times through the texts").fill("2")
    page.get_by_role("button", name="Train").click()
    expect(page.locator(".state.done")).to_be_visible(timeout=2 * PATIENCE)
    expect(page.locator("svg.chart").first).to_be_visible()
    expect(page.get_by_text("Of the held-out texts")).to_be_visible()
    page.get_by_role("button", name="Use this adapter").click()

    page.get_by_role("link", name="Mask").click()
    expect(page.get_by_text("With the adapter run-001")).to_be_visible()
    page.get_by_role("button", name="Mask these").click()
    expect(page.get_by_text("10 files masked")).to_be_visible(timeout=2 * PATIENCE)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download them").click()
    archive = zipfile.ZipFile(io.BytesIO(Path(downloading.value.path()).read_bytes()))
    assert len(archive.namelist()) == 12
    report = json.loads(archive.read("loredact-report.json"))
    assert report["documents"] == 10
    for index, document in enumerate(expected[20:], start=20):
        masked = archive.read(f"letter-{index}.txt").decode()
        assert masked.endswith(" is ready.\nPlease ring [PHONE_NUMBER].")
        assert document.text[document.spans[0].start : document.spans[0].end] not in masked


@pytest.mark.usefixtures("fast_base")
def test_nothing_that_a_person_did_is_lost_when_all_is_killed(start: Start, own_page: Page, tiny_base: Base) -> None:
    studio, page = start(), own_page
    open_studio(page, studio)
    page.get_by_label("Queue").select_option("file")
    drop(page, 5)
    expected = letters(5)
    for index in range(4):
        page.goto(f"{studio.origin}/#/label/{index + 1}")
        expect(page.get_by_role("heading", name=f"letter-{index:02d}.txt")).to_be_visible()
        # What comes later moves what is dragged over.
        expect(page.get_by_role("heading", name="suggested")).to_be_visible()
        document = expected[index]
        for span in document.spans:
            page.get_by_role("radio", name=span.label).dispatch_event("click")
            drag_over(page, document.text[span.start : span.end])
        expect(page.get_by_role("heading", name="3 labelled")).to_be_visible()
        expect(page.locator("#saved")).to_have_text("kept")
        if index < 3:
            page.keyboard.press("Control+Enter")
            expect(page.get_by_role("heading", name=f"letter-{index + 1:02d}.txt")).to_be_visible()
    # In the middle of the fourth text, and of a run.
    page.goto(f"{studio.origin}/#/train")
    page.get_by_label("Go on from").select_option("")
    page.get_by_label("Times through the texts").fill("60")
    page.get_by_text("More settings").click()
    page.get_by_label("Base model").fill(tiny_base.name)
    page.get_by_role("button", name="Train").click()
    expect(page.locator("svg.chart").first).to_be_visible(timeout=2 * PATIENCE)
    studio.stop(signal.SIGKILL)

    again = start()
    database = Database(again.folder)
    for index in range(4):
        assert read_layer(database, index + 1).spans == tuple(
            (span.start, span.end, span.label) for span in expected[index].spans
        )
    page.goto(again.address)
    page.goto(f"{again.origin}/#/label/4")
    expect(page.get_by_role("heading", name="3 labelled")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="2 labelled")).to_be_visible()
    page.goto(f"{again.origin}/#/train")
    expect(page.locator(".state.done")).to_be_visible(timeout=2 * PATIENCE)
    assert (again.folder / "runs" / "run-001" / "adapter" / "loredact.json").exists()
    assert [path.name for path in (again.folder / "runs").iterdir()] == ["run-001"]
