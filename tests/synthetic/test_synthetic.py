"""The synthetic corpus: what it holds, and that training and evaluation share neither templates nor values."""

import os
import re
import subprocess
import sys
from collections import Counter
from functools import partial
from random import Random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban, luhn
from stdnum.cz import rc
from stdnum.fi import hetu
from stdnum.gr import amka
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.us import ssn

from loredact.document import Document, span_problems
from loredact.synthetic import make_corpus, make_without_personal_data
from loredact.synthetic.dates import joined
from loredact.synthetic.lookalikes import sum_of_money
from loredact.synthetic.make import _fakes
from loredact.synthetic.noise import add_noise
from loredact.synthetic.numbers import health_id
from loredact.synthetic.parts import draw, is_unseen
from loredact.synthetic.people import People
from loredact.synthetic.romanized import NAMES as ROMANIZED
from loredact.synthetic.templates import SLOT, templates
from loredact.synthetic.values import LABELS, LOOK_ALIKES, OF_A_PERSON, PERSONAL, SHARED, Scene

KINDS = {
    "mail", "chat", "support_ticket", "clinical_note", "court_document", "contract", "invoice", "form", "cv",
    "log_line", "json", "csv_row", "source_code", "ocr_page", "call_transcript",
}  # fmt: skip
LANGUAGES = {"en", "de", "fr", "es", "it", "nl", "pt", "pl", "cs", "sv", "da", "no", "fi", "hu", "ro", "el"}
NAMES = {"PERSON", "FIRST_NAME", "LAST_NAME", "LAST_NAME_OF"}


@pytest.fixture(scope="module")
def corpora() -> tuple[list[Document], list[Document]]:
    return make_corpus(900, 300, seed=0)


def values(documents: list[Document]) -> set[str]:
    return {d.text[s.start : s.end].casefold() for d in documents for s in d.spans if s.label != "AGE"}


def personal(document: Document) -> bool:
    return any(span.label != "ORGANIZATION" for span in document.spans)


def names_of_templates(documents: list[Document]) -> set[str]:
    found: set[str] = set()
    for document in documents:
        used = document.extra["templates"]
        assert isinstance(used, list)
        found.update(used)
    return found


def test_there_are_four_hundred_templates_of_fifteen_kinds_in_sixteen_languages() -> None:
    assert len({template.text for template in templates()}) >= 400
    assert {template.kind for template in templates()} >= KINDS
    assert {template.language for template in templates()} == LANGUAGES


def test_every_slot_of_every_template_can_be_filled() -> None:
    known = NAMES | set(PERSONAL) | set(OF_A_PERSON)
    for template in templates():
        for slot in SLOT.finditer(template.text):
            assert slot["label"] in known or slot["other"] in LOOK_ALIKES, f"{slot[0]} in {template.name}"


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_nothing_is_personal_in_the_share_of_texts_asked_for(share: float) -> None:
    for documents in make_corpus(150, 50, seed=0, pii_free=share):
        found = sum(not personal(document) for document in documents) / len(documents)
        assert found == pytest.approx(share, abs=0.2 if 0 < share < 1 else 0)


def test_the_share_of_english_and_the_other_languages_are_as_asked_for() -> None:
    def share(documents: list[Document], language: str) -> float:
        return sum(document.extra["language"] == language for document in documents) / len(documents)

    assert share(make_corpus(300, 0, seed=0, english=0.2)[0], "en") == pytest.approx(0.2, abs=0.08)
    some = make_corpus(100, 40, seed=0, languages=("pl", "el"))
    assert {document.extra["language"] for documents in some for document in documents} == {"pl", "el"}
    assert share(make_corpus(50, 0, seed=0, languages=["en"])[0], "en") == 1
    weighted = make_corpus(400, 0, seed=0, languages={"en": 1, "fi": 3})[0]
    assert share(weighted, "fi") == pytest.approx(0.75, abs=0.08)
    with pytest.raises(ValueError, match="no templates in xx"):
        make_corpus(1, 1, seed=0, languages=("xx", "en"))


def test_every_value_can_be_made_in_every_language_for_both_parts() -> None:
    for unseen in (False, True):
        for language in LANGUAGES:
            scene = Scene(language, Random(1), _fakes())
            for label, make in PERSONAL.items():
                assert make(scene) if label in SHARED else draw(partial(make, scene), unseen)
            assert all(make(scene) for make in LOOK_ALIKES.values())


def test_two_full_stops_become_one_and_a_hungarian_day_takes_its_ending() -> None:
    assert joined("3. 3.", ". Then", "cs") == ("3. 3.", " Then")
    assert joined("3 marca", ".", "pl") == ("3 marca", ".")
    assert joined("2024. március 1.", "-án jött", "hu") == ("2024. március 1", "-jén jött")
    assert joined("2024.03.13.", "-án", "hu") == ("2024.03.13", "-án")


NUMBERS = {
    "pl": pesel, "cs": rc, "sv": personnummer, "no": fodselsnummer, "fi": hetu, "ro": cnp, "el": amka,
}  # fmt: skip


@pytest.mark.parametrize("language", NUMBERS)
def test_numbers_of_persons_keep_their_check_digits_in_every_country(language: str) -> None:
    made = {health_id(language, Random(seed)) for seed in range(200)}
    assert sum(NUMBERS[language].is_valid(number) for number in made) > 20


def test_no_template_occurs_in_both_parts(corpora: tuple[list[Document], list[Document]]) -> None:
    training, evaluation = corpora
    assert not names_of_templates(training) & names_of_templates(evaluation)
    assert len(names_of_templates(evaluation)) > 100


def test_no_personal_value_occurs_in_both_parts(corpora: tuple[list[Document], list[Document]]) -> None:
    training, evaluation = corpora
    assert not values(training) & values(evaluation)
    assert len(values(evaluation)) > 500


def test_two_texts_in_five_hold_nothing_personal(corpora: tuple[list[Document], list[Document]]) -> None:
    for documents in corpora:
        assert 0.32 < sum(not personal(document) for document in documents) / len(documents) < 0.48
    assert not any(document.spans for document in make_without_personal_data(50, seed=1))


def test_every_label_occurs_and_every_span_is_sound(corpora: tuple[list[Document], list[Document]]) -> None:
    training, evaluation = corpora
    labels = Counter(span.label for document in training for span in document.spans)
    assert set(labels) == {LABELS.get(label, label) for label in (*PERSONAL, *OF_A_PERSON)} | {"PERSON"}
    assert not any(span_problems(document.text, document.spans) for document in training + evaluation)


def test_numbers_keep_their_check_digits(corpora: tuple[list[Document], list[Document]]) -> None:
    written: dict[str, list[str]] = {}
    for document in corpora[0]:
        for span in document.spans:
            written.setdefault(span.label, []).append(document.text[span.start : span.end])
    assert all(luhn.is_valid("".join(filter(str.isdigit, card))) for card in written["CREDIT_CARD"])
    assert all(iban.is_valid(code) for code in written["IBAN_CODE"])
    assert all(ssn.is_valid(ssn.format("".join(filter(str.isdigit, number)))) for number in written["US_SSN"])
    international = [number for number in written["PHONE_NUMBER"] if number.startswith("+") and "x" not in number]
    assert all(phonenumbers.is_possible_number(phonenumbers.parse(number)) for number in international)


def test_the_same_seed_gives_the_same_corpus_in_another_process_on_another_day() -> None:
    code = (
        "import hashlib; from loredact.synthetic import make_corpus;"
        "print(hashlib.sha256(repr(make_corpus(20, 10, seed=3)).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
    assert make_corpus(20, 10, seed=3) != make_corpus(20, 10, seed=4)


@given(
    st.lists(st.tuples(st.text(min_size=1), st.sampled_from((None, "PERSON", "URL", "PASSWORD", "AGE")))),
    st.integers(min_value=0),
)
def test_noise_moves_no_border_between_a_span_and_its_surroundings(
    pieces: list[tuple[str, str | None]], seed: int
) -> None:
    noisy = add_noise(pieces, Random(seed))
    assert [label for _, label in noisy] == [label for _, label in pieces]
    copied = [(text, label) for text, label in pieces if label == "PASSWORD"]
    assert [(text, label) for text, label in noisy if label == "PASSWORD"] == copied


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_has_bare_values_texts_of_the_web_and_tables_with_and_without_personal_data(
    language: str,
) -> None:
    kinds = {(template.kind, template.personal) for template in templates() if template.language == language}
    assert kinds >= {(kind, personal) for kind in ("bare", "web", "table") for personal in (True, False)}


def test_some_documents_are_a_name_and_nothing_else() -> None:
    documents = make_corpus(400, 0, seed=2, pii_free=0, languages=["de", "en"])[0]
    spans = [(document.spans, len(document.text)) for document in documents]
    assert any([(span.start, span.end, span.label) for span in found] == [(0, end, "PERSON")] for found, end in spans)


def test_names_of_other_scripts_are_split_between_the_parts() -> None:
    for unseen in (False, True):
        people = People(_fakes(), Random(5), unseen)
        romanized = {last for _, _, families in ROMANIZED for last in families}
        made = {person.last for person in (people.new("de") for _ in range(400)) if person.last in romanized}
        assert len(made) > 10
        assert all(is_unseen(last) == unseen for last in made)


def test_sums_of_money_are_written_in_all_notations() -> None:
    made = {sum_of_money(Random(seed)) for seed in range(2000)}
    assert any(re.fullmatch(r"CHF [\d'’]+\.–", amount) for amount in made)
    assert any(re.fullmatch(r"[\d.]+,\d\d €", amount) for amount in made)
    assert any(re.fullmatch(r"\$[\d,]+\.\d\d", amount) for amount in made)
