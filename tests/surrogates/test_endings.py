"""Names in the cases of languages keep their endings, and their forms agree."""

import pytest

from loredact.linking import plain
from loredact.surrogates.names import base_of, gender_of, inflection
from loredact.surrogates.people import parse
from tests.surrogates.test_surrogates import surrogates


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("Häkkisen", "Häkkinen"),
        ("Seijalta", "Seija"),
        ("Pekan", "Pekka"),
        ("Petersens", "Petersen"),
        ("Gáborral", "Gábor"),
        ("Kowalskiego", "Kowalski"),
        ("Novákovi", "Novák"),
        ("Häkkinen", "Häkkinen"),
        ("Williams", "Williams"),
        ("Martin", "Martin"),
        ("McDonalds", "McDonalds"),
        ("Moraña", "Moraña"),
    ],
)
def test_a_base_form_is_told_from_an_inflected_one(word: str, base: str) -> None:
    assert base_of(word) == base


def test_an_ending_goes_to_another_name() -> None:
    found = inflection("Häkkisen")
    assert found is not None
    assert found.of("Virtanen") == "Virtasen"
    assert found.of("Salo") == "Salosen"  # of another declension: the ending as it stood
    found = inflection("Gáborral")
    assert found is not None
    assert found.of("Ádám") == "Ádámmal"


@pytest.mark.parametrize(
    ("base", "forms"),
    [
        ("Kaisa Häkkinen", {"Häkkisen": ("nen", "sen"), "Häkkiselle": ("nen", "selle"), "Häkkistä": ("nen", "stä")}),
        ("Jens Petersen", {"Petersens": ("", "s")}),
        ("Jan Kowalski", {"Kowalskiego": ("", "ego")}),
        ("Bill Clinton", {"Clintons": ("", "s")}),
    ],
)
def test_the_forms_of_a_name_become_forms_of_one_name(base: str, forms: dict[str, tuple[str, str]]) -> None:
    whole, *inflected = surrogates(*((name, "PERSON") for name in (base, *forms)))
    family = whole.split()[-1]
    assert plain(base.rsplit(maxsplit=1)[-1]) not in plain(whole)
    for made, (last, ending) in zip(inflected, forms.values(), strict=True):
        assert made == family.removesuffix(last) + ending


def test_an_ending_apart_and_a_name_cut_short_stay_so() -> None:
    assert surrogates(("Miley-t", "PERSON"))[0].endswith("-t")
    assert surrogates(("LOVELACE'S", "PERSON"))[0].endswith("'S")
    inside = surrogates(("Lovelace's Ada Byron", "PERSON"))[0]
    assert "lovelace" not in inside.casefold()
    assert "'s " in inside
    short = surrogates(("Varga Zs. András", "PERSON"))[0].split()[1]
    assert len(short) == 3
    assert short != "Zs."
    assert short.endswith(".")


def test_a_surrogate_neither_holds_its_name_nor_is_held_in_it() -> None:
    for number in range(200):
        for name in ("Franke", "Nørgaard", "Jensen", "Olsen"):
            new = plain(surrogates((name, "PERSON"), document=str(number))[0])
            assert new not in plain(name)
            assert plain(name) not in new


def test_no_word_of_a_name_is_held_in_the_surrogate_of_another_word_of_it() -> None:
    for number in range(200):
        new = plain(surrogates(("Matti Juhanoja", "PERSON"), document=str(number))[0])
        assert "matti" not in new
        assert "clinton" not in plain(surrogates(("Clintons", "PERSON"), document=str(number))[0])


def test_the_given_names_of_one_person_are_of_one_gender() -> None:
    for number in range(20):
        first, second, _ = surrogates(("Jens Henrik Petersen", "PERSON"), document=str(number))[0].split()
        assert {gender_of(first, "da"), gender_of(second, "da")} - {None} != {"female", "male"}


def test_names_whose_accents_were_dropped_become_such() -> None:
    made = {surrogates(("Fernandez Garcia", "PERSON"), document=str(number))[0] for number in range(200)}
    assert all(name.isascii() for name in made)
    assert {word for name in made for word in name.split()} & {"Perez", "Sanchez", "Gomez", "Gonzalez", "Rodriguez"}


def test_a_given_name_before_one_family_name_is_given() -> None:
    assert [role for _, role in parse("José Alberto Pérez").roles] == ["given", "given", "family"]
    assert [role for _, role in parse("Juan García Pérez").roles] == ["given", "family", "family"]


def test_frequent_names_are_drawn_often() -> None:
    made = [surrogates(("Ramírez", "PERSON"), document=str(number))[0] for number in range(300)]
    assert sum(name in {"González", "Sánchez", "Gutiérrez", "Jiménez", "Martínez"} for name in made) > 10
    assert len(set(made)) > 30


def test_names_of_other_scripts_in_latin_letters_keep_their_origin() -> None:
    assert parse("Hiroshi Okamoto").origin == "ja_latin"
    assert parse("Mikhail Gorbachev").origin == "ru_latin"
    assert parse("Владимир Иванов").origin == "ru"
