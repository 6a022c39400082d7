from hypothesis import given
from hypothesis import strategies as st

from loredact.document import Span
from loredact.linking import Linker, gender_of_title, link_all, normalised


def numbers(*names: str, label: str = "PERSON") -> list[int]:
    """Who each name is, counted by where they are named first."""
    identities = link_all((name, label) for name in names)
    order = list(dict.fromkeys(identities))
    return [1 + order.index(identity) for identity in identities]


def test_spellings_of_one_name_are_one_person() -> None:
    assert numbers("Ada Lovelace", "ADA LOVELACE", "Lovelace, Ada", "Dr. Ada  Lovelace", "Ada Lovelace's") == [1] * 5


def test_short_forms_and_initials_belong_to_the_long_form_even_where_they_come_first() -> None:
    assert numbers("Ada", "Ms Lovelace", "Ada Lovelace", "A. Lovelace", "Ada L.", "A.L.", "AL") == [1] * 7
    assert numbers("Erdos", "Paul Erdős") == [1, 1]


def test_different_people_stay_apart() -> None:
    assert numbers("Ada Lovelace", "Ada Byron", "Paul Erdős", "B. Lovelace") == [1, 2, 3, 4]


def test_a_mention_that_fits_several_is_the_one_named_last() -> None:
    assert numbers("Ada Lovelace", "Ralph Lovelace", "Lovelace", "Ada Lovelace", "Lovelace") == [1, 2, 2, 1, 1]
    assert numbers("Lovelace", "Ralph Lovelace", "Ada Lovelace") == [1, 1, 2]


def test_titles_of_a_woman_and_of_a_man_are_never_linked() -> None:
    assert numbers("Ms Ada Lovelace", "Mr Lovelace") == [1, 2]
    assert gender_of_title("Frau Dr. Noether") == "female"
    assert gender_of_title("Dr. Noether") is None


def test_organisations_are_linked_by_their_beginning_and_their_initials() -> None:
    names = ("Acme Holdings Ltd", "Acme", "ACME HOLDINGS", "British Broadcasting Corporation", "BBC", "Borel Ltd")
    assert numbers(*names, label="ORGANIZATION") == [1, 1, 1, 2, 2, 3]


def test_places_are_linked_where_they_are_equal_alone() -> None:
    assert numbers("New York", "York", "new york", label="LOCATION") == [1, 2, 1]


def test_numbers_are_equal_without_their_separators_and_passwords_in_their_case_alone() -> None:
    assert numbers("020 7946 0958", "02079460958", label="PHONE_NUMBER") == [1, 1]
    assert numbers("Hunter2", "hunter2", label="PASSWORD") == [1, 2]


def test_a_stream_links_what_came_before_and_not_what_is_to_come() -> None:
    linker = Linker()
    linked = [linker.identity(name, "PERSON") for name in ("Ada", "Lovelace", "Ada Lovelace", "Ms Lovelace")]
    assert linked[0] != linked[1]
    assert linked[2] in linked[:2]


def test_an_identity_stays_when_a_later_chunk_has_a_fuller_name_and_the_fullest_is_known() -> None:
    linker = Linker()
    linker.see("Ada", [Span(0, 3, "PERSON")])
    first = linker.identity("Ada", "PERSON")
    linker.see("Ada Lovelace", [Span(0, 12, "PERSON")])
    assert linker.identity("Ada Lovelace", "PERSON") == first
    assert linker.fullest(first) == "Ada Lovelace"


@given(st.lists(st.tuples(st.text(min_size=1), st.sampled_from(("PERSON", "ORGANIZATION", "LOCATION"))), max_size=12))
def test_any_mentions_are_linked_and_only_within_their_label(mentions: list[tuple[str, str]]) -> None:
    identities = link_all(mentions)
    assert [identity.partition(":")[0] for identity in identities] == [label for _, label in mentions]
    assert all(normalised(*mention) for mention in mentions)


@given(st.lists(st.text(min_size=1), max_size=12))
def test_equal_values_that_are_not_linked_by_parts_are_one(values: list[str]) -> None:
    identities = link_all((value, "LOCATION") for value in values)
    for value, identity in zip(values, identities, strict=True):
        assert {i for v, i in zip(values, identities, strict=True) if v == value} == {identity}
