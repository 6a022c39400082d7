"""LiteLLM's generic guardrail: texts masked on their way to a model, and put back on the way out.

What its proxy posts and reads is `litellm.types.proxy.guardrails.guardrail_hooks.generic_guardrail_api` (1.110). Which
values a call's placeholders stand for is kept in this process's memory for `_SECONDS`, and dropped then.
"""

import time
from collections import OrderedDict
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from loredact.serve import texts
from loredact.serve.answers import ServerNow, Who, problems
from loredact.serve.body import new_router
from loredact.serve.conversation import Conversation, everywhere, held_back
from loredact.serve.engine import DEFAULTS
from loredact.serve.llm.proxy import strings_said

router = new_router("language models")

_SECONDS, _MOST = 3600.0, 10_000
_IN_TOOL_CALLS = (
    "The arguments of a tool call hold personal data, which LiteLLM's generic guardrail cannot mask; "
    "loredact's own proxy can (`loredact serve --upstream`)."
)


class GuardrailBody(BaseModel):
    """What LiteLLM asks; what is not named here it may say too."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    input_type: Literal["request", "response"]
    litellm_call_id: str | None = Field(default=None, max_length=512)
    texts: list[str] | None = None
    tool_calls: list[dict[str, Any]] | None = None


class GuardrailAnswer(BaseModel):
    """What LiteLLM is to do: nothing, or to take `texts` in place of its own, or to send nothing on."""

    action: Literal["NONE", "GUARDRAIL_INTERVENED", "BLOCKED"]
    texts: list[str] | None = None
    blocked_reason: str | None = None
    stream_holdback_chars: list[int] | None = Field(
        default=None, description="of each text the characters at its end that may be the beginning of a placeholder"
    )


class Calls:
    """The conversations of calls that are under way."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], tuple[float, Conversation]] = OrderedDict()

    def keep(self, customer: str, call: str, conversation: Conversation) -> None:
        """Have `conversation` at hand for the call's answer."""
        self._kept[customer, call] = time.monotonic() + _SECONDS, conversation
        self._kept.move_to_end((customer, call))
        while self._kept and (len(self._kept) > _MOST or next(iter(self._kept.values()))[0] < time.monotonic()):
            self._kept.popitem(last=False)

    def find(self, customer: str, call: str) -> Conversation | None:
        """The conversation of the call, where it is still kept."""
        until, conversation = self._kept.get((customer, call), (0.0, None))
        return conversation if until > time.monotonic() else None


_CALLS = Calls()


@router.post("/beta/litellm_basic_guardrail_api", responses=problems(404, 500), response_model_exclude_none=True)
async def guardrail(body: GuardrailBody, server: ServerNow, customer: Who) -> GuardrailAnswer:
    """Mask the texts of a request to a model, or put values back into its answer.

    LiteLLM takes no other tool calls than its own: a request whose tool calls hold something that is found is blocked.
    """
    given = body.texts or []
    call = body.litellm_call_id or ""
    if body.input_type == "response":
        texts.require_fit(given, server.now)
        known = _CALLS.find(customer.name, call) if call else None
        if known is None:
            return _answer(given, given)
        restored = list(map(known.unmask, given))
        held = [len(text) - settled(known, asked) for text, asked in zip(restored, given, strict=True)]
        return _answer(given, restored, held)
    adapter = await server.now.adapters.get(customer, None)
    policy = server.now.policies.get(customer, None)
    said = [*given, *strings_said(body.tool_calls or [])]
    found = await texts.find(server, customer, adapter, said, DEFAULTS, policy)
    spans = everywhere(said, [policy.split(text, of_one)[0] for text, of_one in zip(said, found, strict=True)])
    if any(spans[len(given) :]):
        return GuardrailAnswer(action="BLOCKED", blocked_reason=_IN_TOOL_CALLS)
    conversation = Conversation(given)
    masked = [conversation.mask(text, of_one) for text, of_one in zip(given, spans, strict=False)]
    if call and len(conversation):
        _CALLS.keep(customer.name, call, conversation)
    return _answer(given, masked)


def settled(conversation: Conversation, text: str) -> int:
    """How many characters of what `text` becomes no later text changes.

    What is held back counts as it reads with values put back: `[PERSON_1` may be a name already, and is another text
    once its bracket is closed.
    """
    return len(conversation.unmask(text[: len(text) - held_back(text)]))


def _answer(given: list[str], now: list[str], held: list[int] | None = None) -> GuardrailAnswer:
    changed = now != given or bool(held and any(held))
    return GuardrailAnswer(
        action="GUARDRAIL_INTERVENED" if changed else "NONE",
        texts=now if changed else None,
        stream_holdback_chars=held,
    )
