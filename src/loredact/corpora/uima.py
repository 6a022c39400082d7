"""INCEpTION's UIMA CAS, as XMI beside its `TypeSystem.xml` or as JSON, read with dkpro-cassis.

The spans are the annotations of the layer `NamedEntity`, with `value` as label, or of the only other layer of spans
that has a feature of strings; `ReadAs.layer` names another. Offsets of UIMA count UTF-16 units, which cassis turns into
code points.
"""

import io
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from loredact.corpora.needs import needing
from loredact.corpora.options import ReadAs
from loredact.corpora.problems import Change, FieldError, Item, Problem, Read, Taken
from loredact.corpora.source import Source
from loredact.document import Document, Span

NAMED_ENTITY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
TYPE_SYSTEM = "typesystem.xml"
_ANNOTATION = "uima.tcas.Annotation"
_DOCUMENT_ANNOTATION = "uima.tcas.DocumentAnnotation"
_STRING = "uima.cas.String"
# What DKPro and INCEpTION add to every document.
_OF_THE_TEXT = (
    "uima.",
    "de.tudarmstadt.ukp.dkpro.core.api.segmentation.",
    "de.tudarmstadt.ukp.dkpro.core.api.metadata.",
    "de.tudarmstadt.ukp.clarin.webanno.api.type.",
    "de.tudarmstadt.ukp.inception.",
)


def is_xmi(data: bytes) -> bool:
    """Whether `data` begins as an XMI file does."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and b"xmi:XMI" in data[:4096]


def is_cas_json(text: str) -> bool:
    """Whether `text` is a CAS in JSON."""
    return text.lstrip().startswith("{") and '"%FEATURE_STRUCTURES"' in text


def read_xmi(name: str, data: bytes, type_system: Source | None, read_as: ReadAs) -> Iterator[Item]:
    """The document of an XMI file with its type system."""
    with needing("cassis", "uima-xmi"):
        from cassis import load_cas_from_xmi, load_typesystem
    if type_system is None:
        yield Problem(name, 0, "", "its TypeSystem.xml is missing: export both, and keep them in one folder")
        return
    try:
        types = type_system.read()
    except FieldError as error:
        yield Problem(type_system.name, 0, "", error.reason)
        return
    for where, part in ((name, data), (type_system.name, types)):
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
            yield Problem(where, 0, "", "has a document type, which UIMA does not write: it is not read")
            return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cas = load_cas_from_xmi(io.BytesIO(data), typesystem=load_typesystem(io.BytesIO(types)))
        yield from _read(name, cas, "uima-xmi", read_as, lambda short: len(_elements(data, short)))
    except Exception as error:  # it raises anything on a damaged file
        yield Problem(name, 0, "", f"not a CAS of its type system, or damaged ({type(error).__name__})")


def read_cas_json(name: str, text: str, read_as: ReadAs) -> Iterator[Item]:
    """The document of a CAS in JSON."""
    with needing("cassis", "uima-json"):
        from cassis import load_cas_from_json
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cas = load_cas_from_json(text)
        yield from _read(name, cas, "uima-json", read_as, lambda short: len(_structures(text, short)))
    except Exception as error:  # as above
        yield Problem(name, 0, "", f"not a CAS, or damaged ({type(error).__name__})")


def _elements(data: bytes, short: str) -> list[bytes]:
    """The elements of XMI whose type has this short name."""
    return re.findall(rb"<[\w.-]+:" + re.escape(short.encode()) + rb"[\s/>]", data)


def _structures(text: str, short: str) -> list[str]:
    """The same of JSON."""
    return re.findall(rf'"%TYPE"\s*:\s*"(?:[^"]*\.)?{re.escape(short)}"', text)


def _read(name: str, cas: Any, form: str, read_as: ReadAs, written: Callable[[str], int]) -> list[Item]:
    """What is read of `cas`; `written` counts the annotations in the file whose type has a short name."""
    text = cas.sofa_string
    if not isinstance(text, str):
        return [Problem(name, 0, "", "the CAS has no text")]
    counts: Counter[str] = Counter()
    layers: dict[str, list[Any]] = {}
    for annotation in cas.select(_ANNOTATION):
        kind = annotation.type.name
        if not kind.startswith(_OF_THE_TEXT):
            counts[kind] += 1
            layers.setdefault(kind, []).append(annotation)
    with_label = {kind: found for kind in layers if (found := _label_feature(layers[kind]))}
    layer = _layer(cas, with_label, read_as)
    if isinstance(layer, Problem):
        return [Problem(name, 0, "", layer.reason)]
    feature = with_label.get(layer, "value")
    items: list[Item] = [Taken(name, form, (f"layer {layer}", f"label: {feature}"), choice=True)]
    items += [
        Change(name, 0, "left out", f"annotations of the layer {kind}", count)
        for kind, count in counts.items()
        if kind != layer
    ]
    short = layer.rpartition(".")[2]
    indexed = sum(count for kind, count in counts.items() if kind.rpartition(".")[2] == short)
    if (unseen := written(short) - indexed) > 0:
        items.append(Change(name, 0, "left out", "annotations of the layer that are in no view", unseen))
    if (views := len(list(cas.views))) > 1:
        items.append(Change(name, 0, "left out", "views beside the first", views - 1))
    spans = []
    for index, annotation in enumerate(layers.get(layer, [])):
        label = getattr(annotation, feature, None)
        if not label:
            items.append(Change(name, 0, "not placed", "an annotation without a label"))
            continue
        # cassis takes from JSON what is there.
        if not (isinstance(label, str) and type(annotation.begin) is type(annotation.end) is int):
            items.append(Problem(name, 0, f"annotation {index + 1}", "has no label or no offsets that can be read"))
            continue
        spans.append(Span(annotation.begin, annotation.end, label))
    items.append(Read(name, 0, Document(text, tuple(spans), {})))
    return items


def _layer(cas: Any, with_label: dict[str, str], read_as: ReadAs) -> str | Problem:
    if read_as.layer is not None:
        named = [kind for kind in with_label if kind == read_as.layer or kind.endswith(f".{read_as.layer}")]
        if len(named) == 1:
            return named[0]
        return Problem("", 0, "", "no annotation is of the layer that was asked for")
    if NAMED_ENTITY in with_label or not with_label:
        return NAMED_ENTITY
    if len(with_label) == 1:
        return next(iter(with_label))
    return Problem("", 0, "", f"{len(with_label)} layers have labels, and none is NamedEntity: name one with --layer")


def _label_feature(annotations: Sequence[Any]) -> str | None:
    """The feature of strings that holds the label: `value`, `label`, or the only one."""
    features = {feature.name for feature in annotations[0].type.all_features if feature.rangeType.name == _STRING}
    for name in ("value", "label"):
        if name in features:
            return name
    return features.pop() if len(features) == 1 else None
