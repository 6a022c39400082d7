"""Names of programs, typefaces and of what medicine knows that are names of people or towns too, told apart by a word.

Only where both the name and the word next to it are known: `Oldershaw's disease` may be the disease of Mrs Oldershaw.
"""

import re

from loredact.document import Span
from loredact.rules.medicine import named_after

_LABELS = frozenset({"PERSON", "LOCATION"})
_PROGRAMS = {
    "athena": re.compile(r" (?:quer(?:y|ies)|tables?|workgroup)\b"),
    "cassandra": re.compile(r" (?:clusters?|keyspaces?|nodes?|database|tables?|drivers?|quer(?:y|ies)|ring|[0-9])\b"),
    "hudson": re.compile(r" (?:plugins?|CI)\b"),
    "jenkins": re.compile(r" (?:pipelines?|plugins?|agents?|controller|servers?|jobs?|builds?|CI)\b"),
    "kafka": re.compile(r" (?:topics?|brokers?|clusters?|consumers?|producers?|Streams|Connect)\b"),
    "travis": re.compile(r" CI\b"),
}
_PROGRAM_BEFORE = re.compile(r"\b(?:Apache|nodetool \w+(?: on)?|kubectl logs|systemctl \w+|docker (?:run|pull)) \Z")
# Programs and typefaces that are nobody's name and no town's.
_THINGS = re.compile(
    r"grafana|kibana|arial|verdana|tahoma|calibri|helvetica(?: neue)?|times new roman|courier new|comic sans(?: ms)?|"
    r"gill sans|lucida (?:console|grande)|franklin gothic|trebuchet ms|book antiqua|futura bold|linux libertine"
)
_TYPEFACES = re.compile(
    r"baskerville|bembo|bodoni|cambria|candara|caslon|chicago|clarendon|cooper black|frutiger|futura|garamond|geneva|"
    r"georgia|inter|lato|monaco|optima|palatino|perpetua|roboto|rockwell|sabon|times|univers"
)
_OF_TYPE = re.compile(
    r",?(?: bold| italic| light)?,? [0-9]{1,2} ?(?:pt|px|point)\b|(?:, [\w ]{3,20}){0,4}, (?:sans-)?serif\b",
    re.IGNORECASE,
)
_TYPE_BEFORE = re.compile(r"(?:font(?:-family)?|typeface|\\set\w*font)\W{1,4}(?:[\w ]{3,20}, ){0,4}\Z", re.IGNORECASE)
_SOMEBODYS = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Mme|Sra?|Sig)\b\.? |\b[A-Z][a-z]+ |\b[A-Z]\. )\Z")
_STARTS_A_SENTENCE = re.compile(r"(?:\b(?:Known|The|No|Suspected|Early|Late)|\bM\.) \Z")


def is_a_things(text: str, span: Span) -> bool:
    """Whether `span`, called a person or a place, is a disease, a program or a typeface by the word next to it."""
    if span.label not in _LABELS:
        return False
    start, end = span.start, span.end
    name = text[start:end].lower()
    for ending in ("'s", "’s"):
        if name.endswith(ending):
            name, end = name.removesuffix(ending), end - len(ending)
    before = text[max(0, start - 64) : start]
    if _THINGS.fullmatch(name):
        return True
    if _TYPEFACES.fullmatch(name):
        return bool(_OF_TYPE.match(text, end) or _TYPE_BEFORE.search(before))
    of_medicine_before, of_medicine_after = named_after(name, before, text[end : end + 32])
    if of_medicine_before or (_PROGRAM_BEFORE.search(before) and name in _PROGRAMS):
        return True
    told = of_medicine_after or (name in _PROGRAMS and _PROGRAMS[name].match(text, end))
    return bool(told) and not _is_somebodys(before)


def _is_somebodys(before: str) -> bool:
    """Whether a title or a given name goes before: `Mr Parkinson's disease`, `Ada Parkinson's disease`."""
    return bool(_SOMEBODYS.search(before)) and not _STARTS_A_SENTENCE.search(before)
