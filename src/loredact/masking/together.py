"""Texts of several maskers, found in together: those whose adapters share a base share its passes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from loredact.decoding import Scored
from loredact.document import Span, require_valid_text
from loredact.encoding import Tokens, encode
from loredact.masking.chunks import Chunk, chunks
from loredact.masking.masker import Masker
from loredact.rules.seen import Seen, see
from loredact.tagger import Tagger, score_tokens


@dataclass(frozen=True, slots=True)
class _Part:
    """A chunk of the text of one request."""

    request: int
    masker: Masker
    tagger: Tagger
    chunk: Chunk
    seen: Seen
    tokens: Tokens


def find_together(requests: Sequence[tuple[Masker, str]]) -> list[list[Span]]:
    """What `masker.find(text)` gives for each request, in order, in passes over the network that several share.

    Maskers that were loaded with one `SharedBases` share their passes: a packed batch holds texts of all of them, and
    says which adapter each is for. The others are asked one after the other. Any number of threads may call this.

    Raises:
        InputError: where a text holds lone surrogates.
        AdapterError: where a score is not finite.
    """
    found: list[list[Span]] = [[] for _ in requests]
    together: dict[tuple[int, str], list[_Part]] = {}
    for index, (masker, text) in enumerate(requests):
        require_valid_text(text)
        tagger = masker.tagger
        if tagger is None:
            found[index] = masker.find(text)
            continue
        parts = together.setdefault((id(tagger.network), tagger.description.architecture.attention), [])
        for chunk in chunks([text]):
            seen = see(chunk.text)
            parts.append(_Part(index, masker, tagger, chunk, seen, encode(tagger.tokenizer, seen.text)))
    for parts in together.values():
        scores = score_tokens([(part.tagger, part.tokens) for part in parts])
        masked_to = 0
        for part, own_scores in zip(parts, scores, strict=True):
            chunk = part.chunk
            scored = Scored(part.seen.text, part.tokens, own_scores)
            spans = part.masker.spans_of(chunk.text, part.seen, scored)
            own = chunk.own(spans, masked_to)
            found[part.request] += (
                replace(span, start=span.start + chunk.start, end=span.end + chunk.start) for span in own
            )
            masked_to = 0 if chunk.last else own[-1].end + chunk.start if own else masked_to
    return found
