"""Texts of a PDF beside its pages: properties, bookmarks, notes, form fields, links, descriptions for screen readers.

And what cannot be masked word by word, and so is taken out: attachments, scripts, XML metadata, signatures, previews,
and what marked content is said to stand for.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pikepdf

from loredact.formats.office.slots import Piece, Slot
from loredact.formats.pdf import marked

# Keys whose strings people wrote (ISO 32000-1: 12.3.3, 12.5, 12.6.4.7, 12.7, 14.7 and 14.9, 8.11.2, 7.11.3).
_TEXTS = {
    "/Title": "title", "/Contents": "note", "/T": "name", "/TU": "name", "/TM": "name", "/V": "value", "/DV": "value",
    "/Alt": "description", "/Subj": "subject", "/CA": "caption",
    "/RC": "note", "/RV": "value", "/AC": "caption", "/URI": "link", "/F": "file", "/UF": "file",
    "/Desc": "description",
    "/P": "page label", "/Opt": "choice", "/I": "choice", "/Author": "author", "/Subject": "subject",
    "/Keywords": "keywords", "/Creator": "program", "/Producer": "program", "/Company": "company", "/Name": "name",
    "/Location": "place", "/Reason": "reason", "/ContactInfo": "contact", "/Lang": "",
}  # fmt: skip
# Keys that go with what they hold. The texts of /RC and /RV stand in /Contents and /V without their formatting.
_GONE = frozenset({
    "/Metadata", "/PieceInfo", "/Thumb", "/AF", "/AA", "/RC", "/RV", "/XFA", "/Perms", "/DSS", "/Legal",
    "/SpiderInfo", "/Collection", "/EmbeddedFiles", "/JavaScript", "/LastModified", "/Requirements",
    "/Extensions", "/RichMedia", "/RichMediaContent", "/Measure", "/DocMDP",
})  # fmt: skip
# What stands in these is named as its program liked (7.8.3, 9.6.5): a font may be /AA, a glyph /V.
_RESOURCES = ("/Font", "/XObject", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading")
_MEANT_ELSEWHERE = _GONE | {"/A", "/OpenAction", "/V", "/DV", "/Annots"}
_OF_NO_STATE = frozenset({"/S", "/JS", "/EF", "/F", "/UF"})
_ACTIONS = frozenset({"/GoTo", "/URI", "/Named", "/GoToR"})
_ANNOTATIONS = frozenset({
    "/FileAttachment", "/Sound", "/Movie", "/Screen", "/3D", "/RichMedia", "/PrinterMark", "/TrapNet",
})  # fmt: skip
_DATE = re.compile(r"D:[\d'Z+-]+")  # 7.9.4
_DEEPEST = 60
_SHORTEST = 4  # a masked text that is looked for in names of destinations and the like


def clean(pdf: pikepdf.Pdf) -> list[str]:
    """Take out what cannot be masked; what that was, in words."""
    gone = {"/ActualText"} if marked.clean(pdf, _dictionaries(pdf)) else set[str]()
    with _resources_aside(pdf):
        for holder in _dictionaries(pdf):
            for key in list(holder.keys()):
                if key in _GONE or (key in {"/A", "/OpenAction"} and _is_other_action(holder[key])):
                    gone.add(key)
                    del holder[key]
            value = holder.get("/V")
            if isinstance(value, pikepdf.Dictionary) and "/ByteRange" in value:
                gone.add("/Sig")
                del holder["/V"]
            for key in ("/V", "/DV"):  # a text field's long value may be a stream (12.7.4.3)
                if isinstance(long := holder.get(key), pikepdf.Stream):
                    holder[key] = pikepdf.String(long.read_bytes())
            annotations = holder.get("/Annots")
            if isinstance(annotations, pikepdf.Array):
                kept = [
                    a
                    for a in annotations
                    if not (isinstance(a, pikepdf.Dictionary) and a.get("/Subtype") in _ANNOTATIONS)
                ]
                if len(kept) != len(annotations):
                    gone.add("/FileAttachment")
                    holder["/Annots"] = pikepdf.Array(kept)
    told = {
        "/EmbeddedFiles": "attachments", "/AF": "attachments", "/FileAttachment": "attachments",
        "/JavaScript": "scripts", "/A": "scripts", "/AA": "scripts", "/OpenAction": "scripts", "/XFA": "an XFA form",
        "/Metadata": "XML metadata", "/Sig": "signatures", "/Thumb": "previews",
        "/ActualText": "texts that stand for letters of the pages",
    }  # fmt: skip
    return sorted({told[key] for key in gone if key in told})


def pieces(pdf: pikepdf.Pdf) -> Iterator[Piece]:
    """The texts beside the pages, in the order of the objects."""
    number = 0
    info = pdf.trailer.get("/Info")
    if isinstance(info, pikepdf.Dictionary):
        for key in dict(info.items()):
            if isinstance(info[key], pikepdf.String) and str(info[key]).strip() and not _DATE.fullmatch(str(info[key])):
                yield Piece([_slot(info, key)], "document properties", key[1:])
    for holder in _dictionaries(pdf):
        if isinstance(info, pikepdf.Dictionary) and holder.objgen == info.objgen != (0, 0):
            continue
        for key, what in _TEXTS.items():
            value = holder.get(key)
            if isinstance(value, pikepdf.String) and str(value).strip():
                number += 1
                yield Piece([_slot(holder, key)], f"{what or 'text'} {number} beside the pages", what)
            elif isinstance(value, pikepdf.Array) and key in {"/Opt", "/V", "/I", "/DV"}:
                for slot in _array_slots(value):
                    number += 1
                    yield Piece([slot], f"{what} {number} beside the pages", what)


def replace_everywhere(pdf: pikepdf.Pdf, masked: Mapping[str, str]) -> None:
    """Replace what was masked in strings that are no texts but names: of destinations, of layers.

    A name and what refers to it are the same string, and so stay the same. A description may say what the page says.
    """
    wanted = {text: new for text, new in masked.items() if len(text.strip()) >= _SHORTEST}
    if not wanted:
        return
    longest_first = sorted(wanted, key=len, reverse=True)
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")
    for holder in _dictionaries(pdf):
        for key in dict(holder.items()):
            if key == "/Alt" or (key not in _TEXTS and key not in {"/Contents", "/ID"}):
                _replace_in(holder, key, pattern, wanted, 0)


def _replace_in(
    holder: pikepdf.Object, key: str | int, pattern: re.Pattern[str], wanted: Mapping[str, str], depth: int
) -> None:
    value = holder[key]
    if isinstance(value, pikepdf.String):
        text = str(value)
        new = pattern.sub(lambda match: wanted[match[0]], text)
        if new != text:
            holder[key] = pikepdf.String(new)
    elif isinstance(value, pikepdf.Array) and depth < _DEEPEST and not value.is_indirect:
        for index in range(len(value)):
            _replace_in(value, index, pattern, wanted, depth + 1)


def _slot(holder: pikepdf.Object, key: str) -> Slot:
    def put(new: str) -> None:
        holder[key] = pikepdf.String(new)

    return Slot(str(holder[key]), put)


def _array_slots(array: pikepdf.Array) -> Iterator[Slot]:
    for index in range(len(array)):
        value = array[index]
        if isinstance(value, pikepdf.Array):
            yield from _array_slots(value)
        elif isinstance(value, pikepdf.String) and str(value).strip():

            def put(new: str, index: int = index) -> None:
                array[index] = pikepdf.String(new)

            yield Slot(str(value), put)


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every dictionary of the document, those of streams included, each once."""
    for value in list(pdf.objects):
        yield from _within(value, 0, top=True)
    yield from _within(pdf.trailer, 0, top=True)


def _within(value: object, depth: int, *, top: bool = False) -> Iterator[pikepdf.Object]:
    if depth > _DEEPEST or (not top and getattr(value, "is_indirect", False)):
        return
    if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        yield value
        for key in list(value.keys()):
            if key in value and isinstance(child := value[key], pikepdf.Dictionary | pikepdf.Array):
                yield from _within(child, depth + 1)
    elif isinstance(value, pikepdf.Array):
        for child in value:
            if isinstance(child, pikepdf.Dictionary | pikepdf.Array):
                yield from _within(child, depth + 1)


@contextmanager
def _resources_aside(pdf: pikepdf.Pdf) -> Iterator[None]:
    """Have resources out of the way whose names mean something else elsewhere, and back at the end."""
    aside: list[tuple[pikepdf.Object, str, pikepdf.Object]] = []
    for names, kind in list(_resources(pdf)):
        for key in _MEANT_ELSEWHERE & set(names.keys()):
            value = names[key]
            if _is_resource(kind, value):
                # What stands by itself is gone through all the same.
                by_itself = isinstance(value, pikepdf.Dictionary) and not value.is_indirect
                aside.append((names, key, pdf.make_indirect(value) if by_itself else value))
                del names[key]
    yield
    for names, key, value in aside:
        names[key] = value


def _resources(pdf: pikepdf.Pdf) -> Iterator[tuple[pikepdf.Object, str]]:
    """The dictionaries of names of resources, and what they name."""
    for holder in _dictionaries(pdf):
        for place in ("/Resources", "/DR"):
            if isinstance(resources := holder.get(place), pikepdf.Dictionary):
                for kind in _RESOURCES:
                    if isinstance(names := resources.get(kind), pikepdf.Dictionary):
                        yield names, kind
        if holder.get("/Subtype") == "/Type3" and isinstance(names := holder.get("/CharProcs"), pikepdf.Dictionary):
            yield names, "/CharProcs"


def _is_resource(kind: str, value: object) -> bool:
    """Whether `value` is surely what is named in dictionaries of `kind`."""
    surely = kind == "/ColorSpace" and isinstance(value, pikepdf.Name)
    match kind, value:
        case "/Font", pikepdf.Dictionary():
            surely = bool(value.get("/Type") == "/Font")
        case "/XObject", pikepdf.Stream():
            surely = any(value.get("/Subtype") == form for form in ("/Image", "/Form", "/PS"))
        case "/CharProcs", pikepdf.Stream():
            surely = "/Type" not in value
        case "/Pattern", pikepdf.Dictionary() | pikepdf.Stream():
            surely = "/PatternType" in value
        case "/Shading", pikepdf.Dictionary() | pikepdf.Stream():
            surely = "/ShadingType" in value
        case "/ColorSpace", pikepdf.Array():
            surely = len(value) > 0 and isinstance(value[0], pikepdf.Name)
        case "/ExtGState", pikepdf.Dictionary():
            surely = not _OF_NO_STATE & set(value.keys())
    return surely


def _is_other_action(action: object) -> bool:
    """Whether it is an action that does more than go somewhere, or goes on to another."""
    return (
        isinstance(action, pikepdf.Dictionary)
        and "/S" in action
        and (action["/S"] not in _ACTIONS or "/Next" in action)
    )
