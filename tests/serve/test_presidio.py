"""Presidio's API: what its clients send and read, and its own engines beside ours."""

import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loredact.serve.errors import ApiError
from loredact.serve.presidio.entities import read_entity, without_conflicts
from loredact.serve.presidio.models import Result
from loredact.serve.presidio.recognizers import without_duplicates
from tests.serve.conftest import Running

TEXT = "My name is Jane Doe and my phone number is 212-555-0187."
ZIP = {
    "name": "Zip code Recognizer",
    "supported_language": "en",
    "patterns": [{"name": "zip code (weak)", "regex": r"(\b\d{5}(?:\-\d{4})?\b)", "score": 0.01}],
    "supported_entity": "ZIP",
}


@pytest.fixture(scope="module")
def client(shipped_server: Running) -> httpx.Client:
    return shipped_server.client()


def _entities(answer: httpx.Response) -> dict[str, tuple[int, int]]:
    assert answer.status_code == 200, answer.text
    return {one["entity_type"]: (one["start"], one["end"]) for one in answer.json()}


class TestAnalyze:
    def test_entities_are_found_under_presidios_names(self, client: httpx.Client) -> None:
        answer = client.post("/analyze", json={"text": TEXT, "language": "en"})
        assert _entities(answer) == {"PERSON": (11, 19), "PHONE_NUMBER": (43, 55)}
        assert all(
            set(one) == {"analysis_explanation", "end", "entity_type", "score", "start"} for one in answer.json()
        )
        assert all(one["analysis_explanation"] is None for one in answer.json())

    def test_several_texts_give_a_list_of_lists(self, client: httpx.Client) -> None:
        answer = client.post("/analyze", json={"text": [TEXT, "Nothing here.", 5], "language": "en"})
        assert [len(one) for one in answer.json()] == [2, 0, 0]

    def test_entities_asked_for_are_all_that_is_found(self, client: httpx.Client) -> None:
        for asked, expected in (
            (["PERSON"], {"PERSON"}),
            (["PHONE_NUMBER", "UNHEARD_OF"], {"PHONE_NUMBER"}),
            (["ZA_TELEPHONE_NUMBER"], {"ZA_TELEPHONE_NUMBER"}),
            (["IBAN_CODE"], set()),
        ):
            answer = client.post("/analyze", json={"text": TEXT, "language": "en", "entities": asked})
            assert set(_entities(answer)) == expected

    def test_labels_that_are_off_are_found_where_they_are_asked_for(self, client: httpx.Client) -> None:
        body = {"text": "She works at Siemens in Munich.", "language": "en"}
        assert "ORGANIZATION" not in _entities(client.post("/analyze", json=body))
        assert set(_entities(client.post("/analyze", json=body | {"entities": ["ORGANIZATION"]}))) == {"ORGANIZATION"}

    def test_a_threshold_leaves_out_what_scores_below_it(self, client: httpx.Client) -> None:
        assert _entities(client.post("/analyze", json={"text": TEXT, "language": "en", "score_threshold": 1.1})) == {}

    @pytest.mark.parametrize(("kind", "allowed"), [("exact", ["Jane Doe"]), ("regex", ["^Jane", "x{3}"])])
    def test_what_is_allowed_is_left_out(self, client: httpx.Client, kind: str, allowed: list[str]) -> None:
        body = {"text": TEXT, "language": "en", "allow_list": allowed, "allow_list_match": kind}
        assert set(_entities(client.post("/analyze", json=body))) == {"PHONE_NUMBER"}

    def test_patterns_of_the_request_are_found(self, client: httpx.Client) -> None:
        body = {"text": "Zip code: 10023", "language": "en", "entities": ["ZIP"], "ad_hoc_recognizers": [ZIP]}
        [weak] = client.post("/analyze", json=body).json()
        assert (weak["start"], weak["end"], weak["score"]) == (10, 15, 0.01)
        body["ad_hoc_recognizers"] = [ZIP | {"context": ["zip", "code"]}]
        [supported] = client.post("/analyze", json=body | {"return_decision_process": True}).json()
        assert supported["score"] == 0.4
        why = supported["analysis_explanation"]
        assert (why["recognizer"], why["supportive_context_word"], why["original_score"]) == (ZIP["name"], "zip", 0.01)

    def test_a_word_of_the_requests_context_counts_as_one_before_the_match(self, client: httpx.Client) -> None:
        recognizer = ZIP | {"context": ["postal"]}
        body = {"text": "Ours is 10023", "language": "en", "entities": ["ZIP"], "ad_hoc_recognizers": [recognizer]}
        assert client.post("/analyze", json=body).json()[0]["score"] == 0.01
        assert client.post("/analyze", json=body | {"context": ["postal code"]}).json()[0]["score"] == 0.4

    def test_words_of_a_deny_list_are_found_whole_in_any_case(self, client: httpx.Client) -> None:
        recognizer = {"supported_entity": "TITLE", "deny_list": ["Mr", "Mrs.", "a+b"], "name": "titles"}
        body = {"language": "en", "entities": ["TITLE"], "ad_hoc_recognizers": [recognizer]}
        text = "mr X, Mrs. Y, Mrx, a+b"
        found = client.post("/analyze", json=body | {"text": text}).json()
        assert sorted(text[one["start"] : one["end"]] for one in found) == ["Mrs.", "a+b", "mr"]
        assert {one["score"] for one in found} == {1.0}

    def test_the_decision_process_names_the_recognizer(self, client: httpx.Client) -> None:
        answer = client.post("/analyze", json={"text": TEXT, "language": "en", "return_decision_process": True})
        why = answer.json()[0]["analysis_explanation"]
        assert why["recognizer"] in client.get("/recognizers?language=en").json()
        assert set(why) == {
            *("recognizer", "pattern_name", "pattern", "original_score", "score", "textual_explanation"),
            *("score_context_improvement", "supportive_context_word", "validation_result", "regex_flags"),
        }

    @pytest.mark.parametrize(
        ("body", "status", "told"),
        [
            ({}, 500, "No text provided"),
            ({"language": "en"}, 500, "No text provided"),
            ({"text": "", "language": "en"}, 500, "No text provided"),
            ({"text": [], "language": "en"}, 500, "No text provided"),
            ({"text": TEXT}, 500, "No language provided"),
            ({"text": TEXT, "language": "zz"}, 500, "No matching recognizers were found to serve the request."),
            ({"text": TEXT, "language": "en", "entities": ["UNHEARD_OF"]}, 500, "No matching recognizers were found"),
            (
                {"text": TEXT, "language": "en", "allow_list": ["x"], "allow_list_match": "fuzzy"},
                500,
                "allow_list_match must either be set to 'exact' or 'regex'.",
            ),
            ({"text": TEXT, "language": "en", "ad_hoc_recognizers": [{"name": "x"}]}, 500, "initialized with entity"),
            (
                {"text": TEXT, "language": "en", "ad_hoc_recognizers": [{"supported_entity": "X"}]},
                500,
                "initialized with patterns or with deny list",
            ),
            (
                {
                    "text": TEXT,
                    "language": "en",
                    "ad_hoc_recognizers": [ZIP | {"patterns": [{"type": "x", "bebex": "y", "confidence": 0.01}]}],
                },
                400,
                "Failed to parse /analyze request for AnalyzerEngine.analyze().",
            ),
        ],
    )
    def test_what_is_wrong_is_answered_as_presidio_answers_it(
        self, client: httpx.Client, body: dict[str, object], status: int, told: str
    ) -> None:
        answer = client.post("/analyze", json=body)
        assert answer.status_code == status
        assert told in answer.json()["error"]

    def test_a_pattern_that_does_not_come_to_an_end_is_refused_in_seconds(self, client: httpx.Client) -> None:
        endless = ZIP | {"patterns": [{"name": "x", "regex": r"(a|a?)+$", "score": 1}]}
        body = {"text": "a" * 20_000 + "b", "language": "en", "ad_hoc_recognizers": [endless]}
        answer = client.post("/analyze", json=body)
        assert answer.status_code == 400
        assert answer.elapsed.total_seconds() < 45  # Presidio gives it sixty, and then goes on without

    def test_supported_entities_are_presidios_names(self, client: httpx.Client) -> None:
        names = client.get("/supportedentities?language=en").json()
        assert {"PERSON", "PHONE_NUMBER", "LOCATION", "US_DRIVER_LICENSE", "IBAN_CODE", "DATE_TIME"} <= set(names)
        assert client.get("/supportedentities").json() == names
        refused = client.get("/supportedentities?language=zz")
        assert (refused.status_code, refused.json()) == (
            500,
            {"error": "No matching recognizers were found to serve the request."},
        )

    def test_health_is_told_as_presidio_tells_it(self, client: httpx.Client) -> None:
        answer = client.get("/health")
        assert (answer.status_code, answer.text) == (200, "Presidio Analyzer service is up")

    def test_presidios_own_client_classes_read_what_we_answer(self, client: httpx.Client) -> None:
        presidio = pytest.importorskip("presidio_anonymizer")
        entities = pytest.importorskip("presidio_anonymizer.entities")
        found = client.post("/analyze", json={"text": TEXT, "language": "en"}).json()
        results = [entities.RecognizerResult.from_json(one) for one in found]
        masked = presidio.AnonymizerEngine().anonymize(TEXT, results)
        assert masked.text == "My name is <PERSON> and my phone number is <PHONE_NUMBER>."


ANONYMIZERS = st.one_of(
    st.just({"type": "replace"}),
    st.builds(lambda v: {"type": "replace", "new_value": v}, st.text("ab<>", max_size=4)),
    st.just({"type": "redact"}),
    st.just({"type": "keep"}),
    st.builds(
        lambda c, n, e: {"type": "mask", "masking_char": c, "chars_to_mask": n, "from_end": e},
        st.sampled_from("*#"),
        st.integers(-2, 9),
        st.booleans(),
    ),
    st.builds(
        lambda k: {"type": "hash", "hash_type": k, "salt": "0123456789abcdef"}, st.sampled_from(["sha256", "sha512"])
    ),
)
RESULTS = st.lists(
    st.builds(
        lambda start, length, label, score: {
            "start": start,
            "end": start + length,
            "entity_type": label,
            "score": score,
        },
        st.integers(0, 20),
        st.integers(0, 10),
        st.sampled_from("ABC"),
        st.sampled_from([0.1, 0.5, 0.5, 1.0]),
    ),
    max_size=8,
)


class TestAnonymize:
    @given(
        text=st.text("ab \n", min_size=30, max_size=30),
        results=RESULTS,
        operators=st.dictionaries(st.sampled_from(["A", "B", "DEFAULT"]), ANONYMIZERS, max_size=3),
    )
    @settings(max_examples=1000)
    def test_text_and_items_are_those_of_presidios_engine(
        self, text: str, results: list[dict[str, object]], operators: dict[str, dict[str, object]]
    ) -> None:
        presidio = pytest.importorskip("presidio_anonymizer")
        entities = pytest.importorskip("presidio_anonymizer.entities")
        from loredact.serve.presidio.anonymize import _anonymized, _operators

        theirs = presidio.AnonymizerEngine().anonymize(
            text,
            [entities.RecognizerResult.from_json(one) for one in results],
            {name: entities.OperatorConfig.from_json(dict(one)) for name, one in operators.items()},
        )
        settled = _operators(operators)
        default = _operators({"DEFAULT": {"type": "replace"}})
        ours = _anonymized(text, results, default | settled)
        assert ours.model_dump() == json.loads(theirs.to_json())

    def test_what_is_encrypted_is_read_by_presidio_and_the_other_way_round(self, client: httpx.Client) -> None:
        presidio = pytest.importorskip("presidio_anonymizer")
        entities = pytest.importorskip("presidio_anonymizer.entities")
        key = "WmZq4t7w!z%C&F)J"
        results = [{"start": 11, "end": 19, "entity_type": "PERSON", "score": 0.9}]
        encrypt = {"PERSON": {"type": "encrypt", "key": key}}
        ours = client.post(
            "/anonymize", json={"text": TEXT, "analyzer_results": results, "anonymizers": encrypt}
        ).json()
        items = [entities.OperatorResult.from_json(one) for one in ours["items"]]
        decrypt = {"PERSON": entities.OperatorConfig("decrypt", {"key": key})}
        assert presidio.DeanonymizeEngine().deanonymize(ours["text"], items, decrypt).text == TEXT
        theirs = presidio.AnonymizerEngine().anonymize(
            TEXT,
            [entities.RecognizerResult.from_json(one) for one in results],
            {"PERSON": entities.OperatorConfig("encrypt", {"key": key})},
        )
        body = {
            "text": theirs.text,
            "anonymizer_results": [one.to_dict() for one in theirs.items],
            "deanonymizers": {"PERSON": {"type": "decrypt", "key": key}},
        }
        assert client.post("/deanonymize", json=body).json()["text"] == TEXT
        body["deanonymizers"] = {"PERSON": {"type": "decrypt", "key": key[::-1]}}
        assert client.post("/deanonymize", json=body).status_code == 422

    def test_texts_in_a_list_are_anonymized_each(self, client: httpx.Client) -> None:
        one = {"start": 0, "end": 3, "entity_type": "PERSON", "score": 0.9}
        body = {"text": ["Ada came", "Bob left"], "analyzer_results": [[one], None]}
        assert [text["text"] for text in client.post("/anonymize", json=body).json()] == ["<PERSON> came", "Bob left"]

    @pytest.mark.parametrize(
        ("body", "status", "told"),
        [
            ({}, 400, "Invalid request json"),
            ([], 400, "Invalid request json"),
            ({"text": "a"}, 422, "Invalid input, request must contain analyzer results"),
            ({"text": "a", "analyzer_results": [{"end": 1}]}, 422, "Invalid input, result must contain start"),
            (
                {"text": "a", "analyzer_results": [{"start": "0", "end": 1, "score": 1, "entity_type": "A"}]},
                422,
                "Invalid parameter value for start. Expecting 'number', but got 'string'.",
            ),
            (
                {"text": "a", "analyzer_results": [{"start": 0, "end": 1, "entity_type": "A"}]},
                422,
                "Invalid input, analyzer result must contain score",
            ),
            (
                {"text": "a", "analyzer_results": [{"start": 0, "end": 9, "score": 1, "entity_type": "A"}]},
                422,
                "Invalid analyzer result, start: 0 and end: 9, while text length is only 1.",
            ),
            (
                {"text": "a", "analyzer_results": [], "anonymizers": {"DEFAULT": {"type": "custom"}}},
                400,
                "Custom type anonymizer is not supported",
            ),
            (
                {"text": "a", "analyzer_results": [], "anonymizers": {"DEFAULT": {}}},
                422,
                "Invalid input, operator config must contain operator_name",
            ),
            (
                {
                    "text": "a",
                    "analyzer_results": [{"start": 0, "end": 1, "score": 1, "entity_type": "A"}],
                    "anonymizers": {"DEFAULT": {"type": "mask", "chars_to_mask": 1, "from_end": True}},
                },
                422,
                "Expected parameter masking_char",
            ),
            (
                {
                    "text": "a",
                    "analyzer_results": [{"start": 0, "end": 1, "score": 1, "entity_type": "A"}],
                    "anonymizers": {"DEFAULT": {"type": "encrypt", "key": "short"}},
                },
                422,
                "Invalid input, key must be of length 128, 192 or 256 bits",
            ),
            ({"text": ["a"], "analyzer_results": []}, 400, "must have the same length (1 != 0)."),
        ],
    )
    def test_what_is_wrong_is_answered_as_presidio_answers_it(
        self, client: httpx.Client, body: object, status: int, told: str
    ) -> None:
        answer = client.post("/anonymize", json=body)
        assert answer.status_code == status
        assert told in answer.json()["error"]

    def test_operators_are_presidios(self, client: httpx.Client) -> None:
        assert set(client.get("/anonymizers").json()) == {"encrypt", "hash", "keep", "mask", "redact", "replace"}
        assert set(client.get("/deanonymizers").json()) == {"decrypt", "deanonymize_keep"}


@given(results=RESULTS)
@settings(max_examples=500)
def test_duplicates_go_as_in_presidios_analyzer(results: list[dict[str, object]]) -> None:
    analyzer = pytest.importorskip("presidio_analyzer")
    theirs = analyzer.EntityRecognizer.remove_duplicates([analyzer.RecognizerResult.from_json(one) for one in results])
    ours = without_duplicates([Result.model_validate(one) for one in results])
    places = [(one.entity_type, one.start, one.end, one.score) for one in ours]
    assert sorted(places) == sorted({(one.entity_type, one.start, one.end, one.score) for one in theirs})
    order = [(one.score, one.start, one.end) for one in ours]
    assert order == [(one.score, one.start, one.end) for one in theirs]


@given(data=st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists))
def test_no_result_but_an_object_is_an_entity(data: object) -> None:
    with pytest.raises(ApiError) as refused:
        read_entity(data, scored=True)
    assert refused.value.status == 422


def test_neighbours_of_one_type_become_one() -> None:
    found = [{"start": s, "end": e, "entity_type": "A", "score": 1} for s, e in ((0, 3), (4, 7))]
    entities = [read_entity(one, scored=True) for one in found]
    assert [(one.start, one.end) for one in without_conflicts("Ada Bob", entities)] == [(0, 7)]
