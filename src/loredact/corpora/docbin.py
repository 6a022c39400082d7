"""spaCy's `.spacy` files: a DocBin (https://spacy.io/api/docbin), read with spaCy.

Of each document the tokens, the white space behind them and the entities are read. A token whose entity is missing, of
which spaCy says nothing, is left open. Span groups, categories and user data are left out.
"""

import zlib
from collections.abc import Iterator

from loredact.corpora.needs import needing
from loredact.corpora.problems import Change, Item, Problem, Read, Taken
from loredact.document import Document, Span

# The values of ENT_IOB.
_MISSING, _INSIDE, _BEGINS = 0, 1, 3


def is_docbin(data: bytes) -> bool:
    """Whether `data` begins as a DocBin does: zlib's header, and within it a map of MessagePack's."""
    if data[:1] != b"\x78":
        return False
    try:
        start = zlib.decompressobj().decompress(data, 64)
    except zlib.error:
        return False
    return start[:1] in tuple(bytes([0x80 + n]) for n in range(16)) and b"version" in start


def read_docbin(name: str, data: bytes) -> Iterator[Item]:
    """The documents of a DocBin."""
    with needing("spacy", "spacy"):
        from spacy.attrs import ENT_IOB, ENT_TYPE, ORTH
        from spacy.strings import StringStore
        from spacy.tokens import DocBin
    try:
        docs = DocBin().from_bytes(data)
        strings = StringStore(docs.strings)
        columns = [docs.attrs.index(attribute) for attribute in (ORTH, ENT_IOB, ENT_TYPE)]
        documents = list(zip(docs.tokens, docs.spaces, docs.flags, docs.span_groups, strict=True))
    except Exception as error:  # noqa: BLE001: it raises anything on a damaged file
        reason = f"not a DocBin with entities, or damaged ({type(error).__name__})"
        yield Problem(name, 0, "", reason)
        return
    yield Taken(name, "spacy", (f"{len(documents)} documents",))
    for number, (tokens, spaces, flags, groups) in enumerate(documents, start=1):
        place = f"{name}, document"
        try:
            words = [strings[int(orth)] for orth in tokens[:, columns[0]]]
            labels = [strings[int(kind)] if kind else "" for kind in tokens[:, columns[2]]]
            iob = [int(value) for value in tokens[:, columns[1]]]
            behind = [bool(space) for space in spaces[:, 0]]
            unknown = bool(flags.get("has_unknown_spaces"))
            has_groups = len(groups) > 1
        except Exception as error:  # noqa: BLE001: as above
            yield Problem(place, number, "", f"damaged ({type(error).__name__})")
            continue
        if len(behind) != len(words):
            yield Problem(place, number, "", "damaged: not as many spaces as tokens")
            continue
        if unknown:
            yield Change(place, number, "joined", "tokens whose white space is unknown, with single spaces")
            behind = [True] * (len(words) - 1) + [False] * bool(words)
        if has_groups:
            yield Change(place, number, "left out", "span groups")
        document, missing = _document(words, behind, iob, labels)
        if missing:
            yield Change(place, number, "left open", "a token whose entity is missing", missing)
        yield Read(place, number, document)


def _document(words: list[str], behind: list[bool], iob: list[int], labels: list[str]) -> tuple[Document, int]:
    """The document, and how many of its tokens have no word about an entity."""
    pieces: list[str] = []
    spans: list[Span] = []
    open_spans: list[Span] = []
    # `before` is the end of the open token that nothing but white space has come behind.
    position = missing = 0
    before = -1
    inside = False
    for word, space, mark, label in zip(words, behind, iob, labels, strict=True):
        end = position + len(word)
        if mark == _INSIDE and inside and spans[-1].label == label:
            spans[-1] = Span(spans[-1].start, end, label)
        elif mark in (_INSIDE, _BEGINS) and label:
            spans.append(Span(position, end, label))
        # Of white space nothing is to be said.
        if mark == _MISSING and word and not word.isspace():
            missing += 1
            if open_spans and open_spans[-1].end == before:
                open_spans[-1] = Span(open_spans[-1].start, end, "")
            else:
                open_spans.append(Span(position, end, ""))
            before = end
        elif not word.isspace():
            before = -1
        inside = mark in (_INSIDE, _BEGINS) and bool(label)
        pieces += [word, " " if space else ""]
        position = end + space
    return Document("".join(pieces), tuple(spans), {}, None, tuple(open_spans)), missing
