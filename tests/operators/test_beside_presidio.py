"""Presidio's anonymizer gives the same text for the same spans and operators, and opens what it encrypted itself."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given

from loredact.document import Span
from loredact.keys import Key
from loredact.operators import Decrypt, Encrypt, apply, make
from tests.operators.test_operators import texts_and_spans

engines = pytest.importorskip("presidio_anonymizer", reason="presidio-anonymizer, of the extra dev, is not there")


def presidio(text: str, spans: list[Span], operator: str, params: dict[str, Any]) -> str:
    from presidio_anonymizer import AnonymizerEngine
    from presidio_anonymizer.entities import ConflictResolutionStrategy, OperatorConfig, RecognizerResult

    results = [RecognizerResult(span.label, span.start, span.end, 1.0) for span in spans]
    done = AnonymizerEngine().anonymize(
        text,
        results,
        {"DEFAULT": OperatorConfig(operator, params)},
        conflict_resolution=ConflictResolutionStrategy.REMOVE_INTERSECTIONS,
    )
    return str(done.text)


OPERATORS: list[tuple[str, dict[str, Any]]] = [
    ("replace", {"new_value": "<hidden>"}),
    ("redact", {}),
    ("keep", {}),
    ("mask", {"masking_char": "#", "chars_to_mask": 3, "from_end": False}),
    ("mask", {"masking_char": "*", "chars_to_mask": 4, "from_end": True}),
    ("mask", {"masking_char": "*", "chars_to_mask": 100, "from_end": True}),
    ("mask", {"masking_char": "*", "chars_to_mask": 0, "from_end": False}),
]


@pytest.mark.parametrize(("operator", "params"), OPERATORS)
@given(given_=texts_and_spans())
def test_the_same_spans_and_operator_give_the_same_text(
    operator: str, params: dict[str, Any], given_: tuple[str, list[Span]]
) -> None:
    text, spans = given_
    # Presidio merges spans of one label with white space alone between them, and takes no empty text.
    apart = [span for place, span in enumerate(spans) if place % 2 == 0 and not text[span.start : span.end].isspace()]
    if not text or any(not text[one.end : other.start].strip() for one, other in pairwise(apart)):
        return
    assert apply(make(operator, params), text, apart).text == presidio(text, apart, operator, params)


@given(given_=texts_and_spans())
def test_both_open_again_what_they_encrypted(given_: tuple[str, list[Span]]) -> None:
    from presidio_anonymizer.operators import Decrypt as TheirDecrypt
    from presidio_anonymizer.operators import Encrypt as TheirEncrypt

    text, spans = given_
    key = "WmZq4t7w!z%C&F)J"
    ours, ours_back = Encrypt(key=Key.of(key)), Decrypt(Key.of(key))
    for span in spans:
        original = text[span.start : span.end]
        theirs = TheirDecrypt().operate(TheirEncrypt().operate(original, {"key": key}), {"key": key})
        assert ours_back(ours(original, span.label)) == original == theirs
