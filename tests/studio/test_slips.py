"""Likely slips and the learning curve: what adapters trained without a text, or on fewer texts, say."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from loredact.bases import Base
from loredact.document import Document, Span
from loredact.errors import InputError
from loredact.studio.curve import subsets, told
from loredact.studio.database import Database
from loredact.studio.labelled import MAIN, Change, edit
from loredact.studio.runs import Runs
from loredact.studio.slips import Slip, open_slips, settle, slips
from loredact.studio.texts import add_texts
from tests.studio.conftest import letters, wait

TEXT = "Ada met Paul in Rome."
ADA, PAUL, ROME = Span(0, 3, "PERSON", 0.99), Span(8, 12, "PERSON", 0.97), Span(16, 20, "LOCATION", 0.95)


def test_what_an_adapter_is_sure_of_and_nobody_labelled_is_a_slip() -> None:
    document = Document(TEXT, (ADA, ROME))
    assert slips(document, [ADA, PAUL, ROME], [0.0, 0.0]) == [Slip(None, (8, 12, "PERSON"), 0.97)]
    assert slips(document, [ADA, replace(PAUL, score=0.6), ROME], [0.0, 0.0]) == []


def test_another_label_and_other_offsets_are_slips_too() -> None:
    town = Document(TEXT, (ADA, replace(ROME, label="PERSON")))
    assert slips(town, [ADA, ROME], [0.0, 0.0]) == [Slip((16, 20, "PERSON"), (16, 20, "LOCATION"), 0.95)]
    longer = Document(TEXT, (replace(ADA, end=7),))
    assert slips(longer, [ADA], [0.0]) == [Slip((0, 7, "PERSON"), (0, 3, "PERSON"), 0.99)]


def test_a_label_where_an_adapter_is_sure_of_nothing_is_a_slip() -> None:
    document = Document(TEXT, (ADA, Span(4, 7, "LOCATION")))
    assert slips(document, [ADA], [0.0, 0.99]) == [Slip((4, 7, "LOCATION"), None, 0.99)]
    assert slips(document, [ADA], [0.0, 0.6]) == []


def test_a_curve_that_is_a_power_is_found_and_carried_on() -> None:
    # A mistake in √n of 10,000 spans: at 100 texts 1 in 10, at 25 1 in 5; with 50 more 1 in √150.
    sizes = [25, 50, 100]
    right = [round(10_000 * (1 - n**-0.5)) for n in sizes]
    one = [[{"strict_f1": [2 * r, 20_000], "characters_recall": [r, 10_000]}] * 3 for r in right]
    figure = told(sizes, one)["figures"]["strict_f1"]
    assert figure["points"] == [[n, pytest.approx(1 - n**-0.5, abs=1e-4)] for n in sizes]
    assert figure["fit"]["then"] == pytest.approx(1 - 150**-0.5, abs=1e-3)
    # All held-out texts are alike, so drawing them anew changes nothing.
    assert figure["fit"]["gain"] == pytest.approx([150**-0.5 * -1 + 0.1] * 3, abs=1e-3)


def test_a_curve_of_few_held_out_texts_is_less_certain() -> None:
    sizes = [10, 20, 40]

    def counts(texts: int) -> list[list[dict[str, list[int]]]]:
        # Every other text goes well.
        good, bad = {"strict_f1": [20, 20], "characters_recall": [10, 10]}, [[8, 20], [10, 20], [12, 20]]
        return [[good if i % 2 else {"strict_f1": b, "characters_recall": [5, 10]} for i in range(texts)] for b in bad]

    few, many = (told(sizes, counts(n))["figures"]["strict_f1"]["fit"]["gain"] for n in (4, 80))
    assert few[2] - few[0] > 2 * (many[2] - many[0])
    assert many[0] < many[1] < many[2]


def test_each_size_of_a_curve_lies_within_the_next() -> None:
    parts = [{document.text for document in part} for part in subsets(letters(16))]
    assert [len(part) for part in parts] == [4, 8, 12, 16]
    assert all(one < other for one, other in pairwise(parts))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "folder")
    yield made
    made.close()


def test_a_value_that_nobody_labelled_is_found_by_an_adapter_trained_without_its_text(
    database: Database, tiny_base: Base
) -> None:
    documents = letters(30)
    documents[4] = replace(documents[4], spans=documents[4].spans[:2])
    add_texts(database, [(f"letter {i}", document) for i, document in enumerate(documents)], "letters", "Grace")
    runs = Runs(database)
    runs.start()
    run = runs.add({"base": tiny_base.name, "epochs": 100}, None, "Grace", "slips")
    wait(runs, run, "done")
    runs.close()
    _, found = runs.latest("slips")
    assert found is not None
    assert found["texts"] == 30
    (slip,) = [slip for slip in open_slips(database, found) if slip["name"] == "letter 4"]
    assert slip["labelled"] is None
    assert slip["found"][2] == "PHONE_NUMBER"
    assert slip["value"] in documents[4].text


def test_a_slip_is_gone_when_it_is_settled_or_put_right(database: Database) -> None:
    person, town, number = letters(1)[0].spans
    add_texts(database, [("letter", replace(letters(1)[0], spans=(person, replace(town, label="PERSON"))))], "x", "")
    wrong = {"text": 1, "labelled": [town.start, town.end, "PERSON"], "found": [town.start, town.end, "LOCATION"]}
    missed = {"text": 1, "labelled": None, "found": [number.start, number.end, "PHONE_NUMBER"]}
    told = {"texts": 1, "slips": [wrong | {"sure": 0.93}, missed | {"sure": 0.99}]}
    first, second = open_slips(database, told)
    assert (first["value"], second["was"]) == ("000 555 1000", "Whitby")
    settle(database, 1, None, (number.start, number.end, "PHONE_NUMBER"), "Grace")
    assert [slip["found"] for slip in open_slips(database, told)] == [wrong["found"]]
    change = Change(add=((town.start, town.end, "LOCATION"),), remove=((town.start, town.end, "PERSON"),))
    edit(database, 1, MAIN, second["version"], change, "Grace")
    assert open_slips(database, told) == []


def test_a_run_of_several_is_refused_where_it_would_say_nothing(database: Database) -> None:
    add_texts(database, [(str(i), document) for i, document in enumerate(letters(5))], "letters", "Grace")
    for kind in ("slips", "curve"):
        with pytest.raises(InputError, match="too few"):
            Runs(database).add({}, "fast", "", kind)
    add_texts(database, [(str(i), document) for i, document in enumerate(letters(20, 5))], "letters", "Grace")
    with pytest.raises(InputError, match="has seen the texts"):
        Runs(database).add({}, "run-001", "", "slips")
