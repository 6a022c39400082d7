"""From texts to spans: each text in the sections that a `Masker` would take it in, all of a request's in one job."""

from collections.abc import Sequence
from dataclasses import replace

from loredact.document import Span, require_valid_text
from loredact.errors import InputError
from loredact.masking.chunks import Chunk, chunks
from loredact.policy import CompiledPolicy
from loredact.serve import metrics
from loredact.serve.customers import Customer
from loredact.serve.engine import LoadedAdapter, Options, Request
from loredact.serve.errors import ApiError
from loredact.serve.state import Now, Server


def require_fit(texts: Sequence[str], now: Now) -> None:
    """Refuse texts that are too many, too long, or not valid Unicode.

    Raises:
        ApiError: 413 or 422.
    """
    limits = now.config.limits
    if len(texts) > limits.texts:
        raise ApiError(413, f"A request has at most {limits.texts} texts.")
    for text in texts:
        if len(text) > limits.text_characters:
            raise ApiError(413, f"A text has at most {limits.text_characters} characters; /v1/stream takes any length.")
        require_text(text)


def require_text(text: str) -> None:
    """Refuse a text that is not valid Unicode.

    Raises:
        ApiError: 422.
    """
    try:
        require_valid_text(text)
    except InputError as error:
        raise ApiError(422, str(error)) from None


async def find(
    server: Server,
    customer: Customer,
    adapter: LoadedAdapter,
    texts: Sequence[str],
    options: Options,
    policy: CompiledPolicy | None = None,
) -> list[list[Span]]:
    """The spans of each text, in order and without overlap, with what `policy` denies among them.

    Raises:
        ApiError: where the texts, the options or the queue do not allow it.
    """
    require_fit(texts, server.now)
    options = asked_for(adapter, options, policy)
    try:
        adapter.offset(options)
    except InputError as error:
        raise ApiError(422, str(error)) from None
    return await find_in_queue(server, customer, adapter, texts, options, policy)


async def find_in_queue(
    server: Server,
    customer: Customer,
    adapter: LoadedAdapter,
    texts: Sequence[str],
    options: Options,
    policy: CompiledPolicy | None,
) -> list[list[Span]]:
    """The same, of texts that are known to fit and options that the adapter is known to have.

    Raises:
        ApiError: where the queue does not allow it.
    """
    parts = [(index, section) for index, text in enumerate(texts) for section in chunks([text])]
    requests = [Request(adapter, section.text, options) for _, section in parts]
    found = await server.queue.find(customer.name, requests, server.now.config.limits.seconds)
    results: list[list[Span]] = [[] for _ in texts]
    for (index, section), spans in zip(parts, found, strict=True):
        sure = spans if policy is None else policy.with_denied(section.text, spans)
        results[index] += own_spans(section, sure, results[index])
    metrics.SPANS.inc(sum(map(len, results)))
    return results


def asked_for(adapter: LoadedAdapter, options: Options, policy: CompiledPolicy | None) -> Options:
    """`options` with the labels that `policy` asks for and the adapter knows."""
    also = frozenset() if policy is None else policy.policy.also.intersection(adapter.labels)
    return replace(options, also=options.also | also) if also else options


def own_spans(section: Chunk, found: Sequence[Span], before: Sequence[Span]) -> list[Span]:
    """What of the spans in a section is for it to answer, as offsets into the whole text."""
    own = section.own(found, before[-1].end if before else 0)
    return [replace(span, start=span.start + section.start, end=span.end + section.start) for span in own]
