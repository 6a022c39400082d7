"""The adapters that ship: they mask text they never saw, without a word of set-up, and leave the rest alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from loredact import Masker, train
from loredact.adapters import find_adapter
from loredact.bases import Base
from loredact.document import Document, Span
from loredact.evaluation import evaluate, set_apart
from loredact.labels import LABELS, OFF
from loredact.synthetic import make_corpus, make_without_personal_data
from loredact.tagger import read_description
from loredact.training import Settings

LETTER = """\
Dear Mrs Okonkwo-Bright,

thank you for your call on Tuesday. As agreed I will send the new card to 48 Harbour Lane, Whitby, and
block the old one, 4556 7375 8689 9855. Your claim form 20931 is version 2.4.1 and still the right one. If
anything is missing, write to nora@hensley-mutual.co.uk or ring Thabo Lindqvist on +44 1947 555 0134.
"""


@pytest.fixture(scope="module", params=["default", "fast"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def masker(name: str, multilingual_base: Base) -> Masker:
    return Masker.load(name)


def test_it_is_small_and_says_how_good_it_is(name: str) -> None:
    folder = find_adapter(name)
    assert sum(path.stat().st_size for path in folder.iterdir()) < 10_000_000
    about = read_description(folder)
    assert set(about.architecture.labels) == set(LABELS)
    assert set(about.decoding.off) == set(OFF)
    assert about.report["characters"]["recall"] > 0.9
    assert len(about.decoding.operating_points) > 10


def test_it_masks_a_letter_and_leaves_every_other_character(masker: Masker) -> None:
    masked = masker.mask(LETTER)
    for personal in ("Okonkwo-Bright", "48 Harbour Lane", "4556 7375 8689 9855", "nora@hensley-mutual.co.uk",
                     "Thabo Lindqvist", "+44 1947 555 0134"):  # fmt: skip
        assert personal not in masked.text
    for impersonal in ("thank you for your call on Tuesday", "version 2.4.1", "still the right one"):
        assert impersonal in masked.text


def test_it_finds_most_on_templates_and_values_it_never_saw(name: str, masker: Masker) -> None:
    documents, apart = set_apart(make_corpus(0, 150, seed=99)[1], masker.off)
    found = evaluate(documents, masker.find_many(documents), apart)
    assert found.characters.recall > 0.9
    # `fast` learnt before there were templates of look-alikes and bare values.
    assert found.characters.precision > {"default": 0.88, "fast": 0.82}[name]


def test_it_leaves_most_text_without_personal_data_alone(name: str, masker: Masker) -> None:
    documents = make_without_personal_data(400, seed=99)
    masked = sum(bool(found.spans) for found in masker.find_many(documents))
    assert masked < {"default": 0.07, "fast": 0.15}[name] * len(documents)


# In texts of one's own hand, in languages and forms of which no template is like: each with what must be masked in it.
OF_OTHER_HANDS = {
    "Hej Birgitte, kan du ringe til Anders Holm på 28 44 19 03 inden fredag?": (
        "Birgitte",
        "Anders Holm",
        "28 44 19 03",
    ),
    "Pani Katarzyna Wójcik mieszka w Łodzi i pisze z k.wojcik@poczta.example.": ("Katarzyna Wójcik", "Łodzi"),
    "Le docteur Émile Vasseur a reçu Mme Kone à Tours.": ("Émile Vasseur", "Kone", "Tours"),
    "Matti Virtanen muutti Turkuun.": ("Matti Virtanen",),
    "Kovács Éva Szegeden dolgozik.": ("Kovács Éva", "Szegeden"),
    "lol did u see what jenna kowalski posted": ("jenna kowalski",),
    "Ο Γιώργος Παππάς μένει στην Πάτρα.": ("Γιώργος Παππάς", "Πάτρα"),
    "From: Priya Raman\nTo: Tom Becker\nSubject: lunch": ("Priya Raman", "Tom Becker"),
}


def test_it_finds_names_and_places_in_languages_and_forms_without_a_template(masker: Masker) -> None:
    found = {text: masker.mask(text).text for text in OF_OTHER_HANDS}
    missed = [
        (value, found[text]) for text, values in OF_OTHER_HANDS.items() for value in values if value in found[text]
    ]
    assert len(missed) <= 2


def test_it_masks_organisations_only_where_it_is_asked_to(name: str, masker: Masker) -> None:
    text = "Since May she has worked for Bergmann & Sohn GmbH, as Tom Becker told us."
    assert "Bergmann" in masker.mask(text).text
    assert "Bergmann" not in Masker.load(name, also=["ORGANIZATION"]).mask(text).text


def test_the_dial_finds_more_where_more_is_asked_for(multilingual_base: Base) -> None:
    documents, apart = set_apart(make_corpus(0, 100, seed=98)[1], OFF)
    careful, thorough = (Masker.load(recall=recall) for recall in (0.95, 0.99))
    less = evaluate(documents, careful.find_many(documents), apart).characters
    more = evaluate(documents, thorough.find_many(documents), apart).characters
    assert more.recall > less.recall
    assert more.precision < less.precision


def test_the_command_needs_no_adapter_named(multilingual_base: Base) -> None:
    command = [sys.executable, "-m", "loredact", "mask", "--json"]
    ended = subprocess.run(command, input=LETTER.encode(), capture_output=True, check=True)
    labels = {span["label"] for span in json.loads(ended.stdout)["spans"]}
    assert {"PERSON", "EMAIL_ADDRESS", "CREDIT_CARD"} <= labels


def test_a_few_texts_teach_it_a_new_label_beside_the_ones_it_knows(tmp_path: Path, multilingual_base: Base) -> None:
    projects = ("Bluefin", "Marigold", "Osprey", "Tamarack", "Juniper", "Halcyon")
    wordings = ("Project {} is late again, says {}.", "{} and its budget: ask {}.", "Who leads {}? I think {} does.")
    documents = []
    for index in range(30):
        project, person = projects[index % 6] + f"-{index:02d}", ("Ines Varga", "Tom Ekwueme", "Li Na")[index % 3]
        text = wordings[index % 3].format(project, person)
        start = text.index(project)
        documents.append(Document(text, (Span(start, start + len(project), "PROJECT"),)))
    train(documents, Settings(epochs=12), held_out=[], start="default").save(tmp_path / "ours")
    masked = Masker.load(tmp_path / "ours").mask("Project Kestrel-41 needs Paula Nwosu, paula@nwosu.example.")
    assert [span.label for span in masked.spans] == ["PROJECT", "PERSON", "EMAIL_ADDRESS"]
    assert "Kestrel" not in masked.text
