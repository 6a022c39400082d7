"""What a policy masks and keeps, on any text and spans."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact.document import Span
from loredact.operators import Context, Keep, Mask, Number, Replace
from loredact.policy import Allowed, CompiledPolicy, Denied, Policy, Rule, parse_policy
from loredact.policy.lists import Lists, fold
from tests.operators.test_operators import texts_and_spans

RULES = st.builds(
    Rule,
    operator=st.sampled_from([Replace(), Mask(), Number(), Keep()]),
    threshold=st.sampled_from([0.0, 0.5, 1.0]),
    keep_if=st.sampled_from([(), ("age below 90",), ("year alone", "state or country")]),
)
WORDS = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=3).filter(str.strip), max_size=4).map(tuple)
POLICIES = st.builds(
    Policy,
    default=RULES,
    labels=st.dictionaries(st.sampled_from(["PERSON", "AGE"]), RULES),
    allow=st.builds(Allowed, exact=WORDS, ignore_case=WORDS).map(lambda group: (group,)),
    deny=st.builds(Denied, label=st.just("PERSON"), exact=WORDS, ignore_case=WORDS).map(lambda group: (group,)),
)


@given(given_=texts_and_spans(), policy=POLICIES)
def test_what_is_kept_is_untouched_and_offsets_are_right(given_: tuple[str, list[Span]], policy: Policy) -> None:
    text, found = given_
    compiled = CompiledPolicy(policy)
    spans = compiled.with_denied(text, found)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    masked = compiled.open(Context()).apply(text, spans)
    for kept in masked.kept:
        assert masked.text[kept.start : kept.end] == text[kept.span.start : kept.span.end]
        assert kept.reason
    for replacement in masked.replacements:
        assert masked.text[replacement.start : replacement.end] == replacement.text
    # With the originals put back it is the text that went in.
    back, read = "", 0
    for replacement in masked.replacements:
        back += masked.text[read : replacement.start] + text[replacement.span.start : replacement.span.end]
        read = replacement.end
    assert back + masked.text[read:] == text
    assert sorted([*masked.spans, *(kept.span for kept in masked.kept)], key=lambda s: s.start) == list(spans)


@given(given_=texts_and_spans(), policy=POLICIES)
def test_every_denied_text_is_masked(given_: tuple[str, list[Span]], policy: Policy) -> None:
    text, found = given_
    compiled = CompiledPolicy(policy)
    masked = compiled.open(Context()).apply(text, compiled.with_denied(text, found))
    covered = {place for span in masked.spans for place in range(span.start, span.end)}
    for match in Lists(policy.deny).matches(text):
        assert covered.issuperset(range(match.start, match.end))


@given(text=st.text(st.characters(codec="utf-8"), max_size=40), entries=WORDS)
def test_lists_find_what_a_search_for_each_entry_finds(text: str, entries: tuple[str, ...]) -> None:
    def within_word(place: int) -> bool:
        return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()

    def search(text: str, entries: tuple[str, ...]) -> set[tuple[int, int]]:
        places = ((at, at + len(e)) for e in entries for at in range(len(text)) if text.startswith(e, at))
        return {place for place in places if not any(map(within_word, place))}

    assert {(m.start, m.end) for m in Lists([Allowed(exact=entries)]).matches(text)} == search(text, entries)
    folded = {(m.start, m.end) for m in Lists([Allowed(ignore_case=entries)]).matches(text)}
    assert folded == search(fold(text), tuple(map(fold, entries)))


def test_small_letters_are_as_many_as_there_were_whatever_the_character() -> None:
    every = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    assert all(len(fold(character)) == 1 for character in every)


def masked(policy: str, text: str, **spans: str) -> str:
    found = [Span(text.index(part), text.index(part) + len(part), label) for label, part in spans.items()]
    compiled = CompiledPolicy(parse_policy(policy))
    denied = compiled.with_denied(text, sorted(found, key=lambda span: span.start))
    return compiled.open(Context()).apply(text, denied).text


def test_an_allowed_phrase_keeps_what_is_found_within_it_and_nothing_beyond() -> None:
    policy = "allow: [{ignore_case: [\"parkinson's disease\"]}, {label: DATE_TIME, regex: ['\\d{4}']}]"
    text = "Parkinson's disease, seen by Parkinson in 2021"
    assert masked(policy, text, PERSON="Parkinson") == text
    assert masked(policy, text, PERSON="Parkinson in", DATE_TIME="2021") == text.replace("Parkinson in", "[PERSON]", 1)


def test_a_denied_text_is_masked_where_its_label_is_kept_and_where_it_is_allowed() -> None:
    policy = "{default: keep, allow: [{exact: [Falcon]}], deny: [{label: CODE, exact: [Falcon]}]}"
    assert masked(policy, "Falcon and Falcons and Ada", PERSON="Ada") == "[CODE] and Falcons and Ada"


def test_what_lies_beside_a_denied_text_stays_masked() -> None:
    policy = "deny: [{label: CODE, exact: [Ada]}, {label: PERSON, exact: [Bob]}]"
    assert masked(policy, "Dr Ada Lovelace", PERSON="Ada Lovelace") == "Dr [CODE] [PERSON]"
    assert masked(policy, "Dr Bob Lovelace", PERSON="Bob Lovelace") == "Dr [PERSON]"


@pytest.mark.parametrize(
    ("condition", "kept", "not_kept"),
    [
        ("age below 90", ["89", "89-year-old", "forty-five", "6 months"], ["90", "102", "ninety-one", "90s", "old"]),
        ("year alone", ["2021", "1890", "2019."], ["21", "March 2021", "2021-03"]),
        ("year alone, below 90 years ago", ["2021"], ["1890", "1900"]),
        (
            "state or country",
            ["Ohio", "OH", "Ohio.", "U.S.", "Georgia", "Francia"],
            ["Boston", "oh", "New York"],
        ),
    ],
)
def test_conditions_keep_what_the_law_leaves_and_nothing_else(
    condition: str, kept: list[str], not_kept: list[str]
) -> None:
    compiled = CompiledPolicy(Policy(default=Rule(keep_if=(condition,))))
    for text in (*kept, *not_kept):
        found, left = compiled.split(text, [Span(0, len(text), "X")])
        assert (len(left), len(found)) == ((1, 0) if text in kept else (0, 1)), text


def test_only_and_keep_leave_other_labels_as_they_are() -> None:
    policy = Policy(labels={"PERSON": Rule(operator=Number())})
    assert policy.only(["PERSON"]).rule("PERSON") == policy.rule("PERSON")
    assert policy.only(["PERSON"]).rule("AGE").operator == Keep()
    assert policy.only(["ORGANIZATION"]).also == {"ORGANIZATION"}
    assert policy.keeping(["PERSON"]).rule("PERSON").operator == Keep()
    assert policy.keeping(["PERSON"]).rule("AGE") == policy.default


def test_a_version_is_the_same_for_what_does_the_same_and_no_other() -> None:
    one, same = (
        parse_policy(text).version for text in ("{also: [A, B], default: keep}", "{default: keep, also: [B, A]}")
    )
    assert one == same != parse_policy("{also: [A], default: keep}").version


def test_million_names_that_are_all_replaced_alike_are_not_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr("loredact.linking.Linker.see", lambda linker, text, spans: seen.append(text))
    span = Span(0, 3, "PERSON", 0.9)
    for operator, linked in ((Replace(), 0), (Number(), 1)):
        seen.clear()
        opened = CompiledPolicy(Policy(name="default"), operator).open(Context("a"))
        opened.apply("Ada called.", [span])
        assert len(seen) == linked
