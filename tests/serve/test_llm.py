"""Between programs and language models: the proxy, with the `openai` client and an upstream that remembers."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact.document import Span
from loredact.serve.conversation import Conversation, Unmasker, everywhere
from loredact.serve.llm.guardrail import settled
from tests.serve.conftest import Running
from tests.serve.upstream import Upstream

NAMES = ("Ada Lovelace", "Paul Erdős", "Emmy Noether", "José Álvarez", "Søren Kierkegaard")
PHONES = ("020 7946 0958", "+49 30 23125 123", "212-555-0187")
PROMPT = "Please write to {name} and call {phone} about the meeting."


@pytest.fixture(scope="module")
def openai(shipped_server: Running) -> Any:
    base_url = f"{shipped_server.url}/v1"
    return pytest.importorskip("openai").OpenAI(base_url=base_url, api_key="upstream-key", max_retries=0)


def _prompts() -> list[tuple[str, str, str]]:
    return [(PROMPT.format(name=name, phone=phone), name, phone) for name in NAMES for phone in PHONES]


def test_upstream_sees_no_value_and_the_caller_gets_each_back(openai: Any, upstream: Upstream) -> None:
    for prompt, name, phone in _prompts():
        answer = openai.chat.completions.create(model="echo", messages=[{"role": "user", "content": prompt}], user=name)
        assert answer.choices[0].message.content == f"You said: {prompt}"
        assert name not in upstream.seen[-1]
        assert json.dumps(name)[1:-1] not in upstream.seen[-1]
        assert phone not in upstream.seen[-1]
    assert upstream.headers[-1]["authorization"] == "Bearer upstream-key"


def test_a_stream_is_put_back_though_placeholders_are_cut(openai: Any, upstream: Upstream) -> None:
    for prompt, name, phone in _prompts():
        stream = openai.chat.completions.create(
            model="echo", messages=[{"role": "user", "content": prompt}], stream=True
        )
        parts = [chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices]
        assert "".join(parts) == f"You said: {prompt}"
        assert len([part for part in parts if part]) > 3
        assert name not in upstream.seen[-1]
        assert phone not in upstream.seen[-1]


@pytest.mark.parametrize("streamed", [False, True])
def test_arguments_of_tools_are_put_back_as_json(openai: Any, upstream: Upstream, streamed: bool) -> None:
    said = 'Write to Paul Erdős, who says "yes", on +49 30 23125 123.'
    tool = {"type": "function", "function": {"name": "send", "parameters": {"type": "object", "properties": {}}}}
    options = {"model": "echo", "messages": [{"role": "user", "content": said}], "tools": [tool], "stream": streamed}
    answer = openai.chat.completions.create(**options)
    if streamed:
        calls = [call for chunk in answer for choice in chunk.choices for call in choice.delta.tool_calls or []]
        arguments = "".join(call.function.arguments or "" for call in calls)
    else:
        arguments = answer.choices[0].message.tool_calls[0].function.arguments
    assert json.loads(arguments) == {"to": said}
    assert "Erd" not in upstream.seen[-1]


def test_parts_of_messages_and_earlier_answers_are_masked_too(openai: Any, upstream: Upstream) -> None:
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "You work for Emmy Noether."},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "t", "type": "function", "function": {"name": "f", "arguments": '{"who": "Ada Lovelace"}'}}
        ]},
        {"role": "tool", "tool_call_id": "t", "content": "Ada Lovelace: 020 7946 0958"},
        {"role": "user", "content": [{"type": "text", "text": "Thank Ada Lovelace."}]},
    ]  # fmt: skip
    answer = openai.chat.completions.create(model="echo", messages=messages)
    assert answer.choices[0].message.content == "You said: Thank Ada Lovelace."
    handed = json.loads(upstream.seen[-1])
    assert not any(value in upstream.seen[-1] for value in ("Noether", "Lovelace", "7946"))
    arguments = json.loads(handed["messages"][1]["tool_calls"][0]["function"]["arguments"])
    assert "[PERSON_2" in arguments["who"]
    assert "[PERSON_2" in handed["messages"][3]["content"][0]["text"]


def test_values_under_any_name_in_a_tools_arguments_are_masked_and_names_of_people_are_not_sent(
    openai: Any, upstream: Upstream
) -> None:
    arguments = json.dumps({"name": "Ada Lovelace", "data": "call 020 7946 0958", "note": "x"})
    function = {"name": "send", "arguments": arguments}
    messages: list[dict[str, Any]] = [
        {"role": "assistant", "content": None, "tool_calls": [{"id": "t", "type": "function", "function": function}]},
        {"role": "user", "name": "Emmy_Noether", "content": "Thank you."},
    ]
    openai.chat.completions.create(model="echo", messages=messages)
    assert not any(value in upstream.seen[-1] for value in ("Noether", "Lovelace", "7946"))
    handed = json.loads(upstream.seen[-1])["messages"]
    assert handed[0]["tool_calls"][0]["function"]["name"] == "send"


def test_a_streams_last_words_stay_last_where_they_come_with_its_end(openai: Any, upstream: Upstream) -> None:
    prompt = "Please thank Ada Lovelace, nice day"
    said = [{"role": "user", "content": prompt}]
    stream = openai.chat.completions.create(model="at once", messages=said, stream=True)
    parts = [chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices]
    assert "".join(parts) == f"You said: {prompt}"
    assert "Lovelace" not in upstream.seen[-1]


@pytest.mark.parametrize(
    "body",
    [
        {"prompt": [11, 12, 13]},
        {"input": [[11, 12], [13]]},
        {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_data": "data:;base64,QQ=="}}]}]},
    ],
)
def test_what_cannot_be_read_is_refused_and_not_handed_on(
    shipped_server: Running, upstream: Upstream, body: dict[str, Any]
) -> None:
    seen = len(upstream.seen)
    answer = shipped_server.client().post("/v1/chat/completions", json={"model": "echo", **body})
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "loredact_error"
    assert len(upstream.seen) == seen


def test_other_paths_of_the_upstream_are_not_handed_on(shipped_server: Running, upstream: Upstream) -> None:
    seen = len(upstream.seen)
    client = shipped_server.client()
    for path in ("/v1/files", "/v1/responses", "/v1/audio/speech", "/v1/../v1/chat/completionsx"):
        assert client.post(path, json={"input": "Ada Lovelace"}).status_code in {404, 405}
    assert len(upstream.seen) == seen
    assert client.get("/v1/models").json()["data"][0]["id"] == "echo"


def test_a_server_without_upstream_hands_nothing_on(open_server: Running) -> None:
    answer = open_server.client().post("/v1/chat/completions", json={"messages": []})
    assert answer.status_code == 404


class TestGuardrail:
    def test_what_was_masked_for_a_call_is_put_back_in_its_answer(self, shipped_server: Running) -> None:
        client, prompt = shipped_server.client(), PROMPT.format(name="Ada Lovelace", phone=PHONES[0])
        body: dict[str, Any] = {
            "input_type": "request",
            "litellm_call_id": "one",
            "texts": [prompt],
            "request_data": {},
        }
        masked = client.post("/beta/litellm_basic_guardrail_api", json=body).json()
        assert masked["action"] == "GUARDRAIL_INTERVENED"
        [text] = masked["texts"]
        assert "Lovelace" not in text
        back = {"input_type": "response", "litellm_call_id": "one", "texts": [f"Done: {text}"], "request_data": {}}
        restored = client.post("/beta/litellm_basic_guardrail_api", json=back).json()
        assert restored["texts"] == [f"Done: {body['texts'][0]}"]
        other = client.post("/beta/litellm_basic_guardrail_api", json=back | {"litellm_call_id": "two"}).json()
        assert other == {"action": "NONE"}

    def test_a_request_whose_tool_calls_hold_personal_data_is_blocked(self, shipped_server: Running) -> None:
        calls = [
            {"id": "call_1", "type": "function", "function": {"name": "send", "arguments": json.dumps({"to": to})}}
            for to in ("ada.lovelace@example.org", "[EMAIL_ADDRESS_1]")
        ]
        body = {"input_type": "request", "litellm_call_id": "four", "texts": ["Send it."], "request_data": {}}
        client = shipped_server.client()
        blocked = client.post("/beta/litellm_basic_guardrail_api", json=body | {"tool_calls": calls}).json()
        assert blocked["action"] == "BLOCKED"
        assert "lovelace" not in blocked["blocked_reason"]
        passed = client.post("/beta/litellm_basic_guardrail_api", json=body | {"tool_calls": calls[1:]}).json()
        assert passed == {"action": "NONE"}

    def test_a_value_found_in_a_text_is_known_in_a_tool_call_too(self, shipped_server: Running) -> None:
        call = {
            "id": "call_1",
            "type": "function",
            "function": {"name": "send", "arguments": '{"x": "+44 1947 555 0134"}'},
        }
        body = {"input_type": "request", "litellm_call_id": "five", "request_data": {}, "tool_calls": [call]}
        texts = [PROMPT.format(name="Ada Lovelace", phone="+44 1947 555 0134")]
        answer = shipped_server.client().post("/beta/litellm_basic_guardrail_api", json=body | {"texts": texts})
        assert answer.json()["action"] == "BLOCKED"

    def test_a_text_of_nobody_is_left_as_it_is(self, shipped_server: Running) -> None:
        body = {"input_type": "request", "litellm_call_id": "three", "texts": ["How are you?"], "request_data": {}}
        answer = shipped_server.client().post("/beta/litellm_basic_guardrail_api", json=body)
        assert answer.json() == {"action": "NONE"}


WORDS = st.sampled_from(
    ["Ada", "met", "[PERSON_1]", "PERSON_2", "[", "]", "<PERSON 1>", "x_1", " ", "\n", "_", "1", "[a", "é", "." * 130]
)


@given(words=st.lists(WORDS, max_size=12), cuts=st.lists(st.integers(1, 5), min_size=1, max_size=40))
def test_a_text_in_pieces_is_put_back_as_one_whole(words: list[str], cuts: list[int]) -> None:
    conversation = Conversation()
    conversation.mask("Ada Lovelace, Paul Erdős", [Span(0, 12, "PERSON"), Span(14, 24, "PERSON")])
    text = "".join(words)
    unmasker, pieces, place = Unmasker(conversation), [], 0
    for cut in cuts:
        pieces.append(unmasker.feed(text[place : place + cut]))
        place += cut
    pieces.append(unmasker.feed(text[place:]))
    pieces.append(unmasker.end())
    assert "".join(pieces) == conversation.unmask(text)


@given(words=st.lists(WORDS, max_size=12), data=st.data())
def test_what_is_settled_of_an_answer_so_far_is_how_the_whole_begins(words: list[str], data: st.DataObject) -> None:
    conversation = Conversation()
    conversation.mask("Ada Lovelace, Paul Erdős", [Span(0, 12, "PERSON"), Span(14, 24, "PERSON")])
    text = "".join(words)
    so_far = text[: data.draw(st.integers(0, len(text)))]
    restored = conversation.unmask(so_far)
    assert conversation.unmask(text).startswith(restored[: settled(conversation, so_far)])


@given(text=st.text("Ada Bob", max_size=60), data=st.data())
def test_unmasking_what_was_masked_gives_the_text(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6, unique=True)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    spans = [Span(start, end, "PERSON") for start, end in pairs if text[start:end].strip()]
    conversation = Conversation([text])
    assert conversation.unmask(conversation.mask(text, spans)) == text


def test_numbers_that_the_text_has_already_are_not_given() -> None:
    text = "[PERSON_1] met Ada"
    conversation = Conversation([text])
    masked = conversation.mask(text, [Span(15, 18, "PERSON")])
    assert masked == "[PERSON_1] met [PERSON_2]"
    assert conversation.unmask(masked) == text


def test_a_value_found_in_one_text_is_masked_in_all() -> None:
    texts = ["Ada Lovelace wrote", "to Ada Lovelace and Ada Lovelaces", "from Ada Lovelace"]
    found = [[Span(0, 12, "PERSON")], [], [Span(9, 17, "PERSON")]]
    places = [[(span.start, span.end) for span in of_one] for of_one in everywhere(texts, found)]
    assert places == [[(0, 12)], [(3, 15)], [(5, 17)]]


def test_the_proxys_errors_are_of_openais_form(shipped_server: Running) -> None:
    answer = httpx.post(f"{shipped_server.url}/v1/chat/completions", json=[], timeout=60)
    assert (answer.status_code, set(answer.json()["error"])) == (400, {"message", "type", "param", "code"})
