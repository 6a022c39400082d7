"""Who is who: which mentions of a text name the same person or thing, by a rule that can be read, and by no model.

Two mentions of one label are linked where

1. they are equal after normalising: Unicode's NFKC, no case, no accents set apart, no titles (`Dr`, `Frau`, `Mme`),
   no punctuation, no possessive `'s`; *Lovelace, Ada* is *Ada Lovelace*;
2. or, for people, one is a part of the other: each word of the shorter is a word of the longer (*Lovelace*,
   *Ms Lovelace*, *Ada*, for *Ada Lovelace*);
3. or, for people, its initials: a single letter stands for a word that begins with it (*A. Lovelace*), and letters with
   full stops or in capitals for the whole (*A.L.*, *AL*);
4. or, for organisations, the longer goes on where the shorter ends (*Acme*, *Acme Holdings Ltd*), or the shorter is its
   initials (*BBC*).

All else is linked by equality alone: *York* is not *New York*. A mention that fits several is the one named last
before it, or, where none was named before, the first to come. A title that tells a woman never links with one that
tells a man.

Where it fails: two people of one name are one; *Bob* is not *Robert*; a name changed by marriage or by a slip of the
pen is somebody new; *Lovelace* in a text of two Lovelaces is the one named last, be it the other; *Ada* in a text of
*Ada Lovelace* is she, be it her grandmother.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import combining, normalize

from loredact.document import Span


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_FEMALE = _set(
    "mrs ms miss madam mme mlle madame mademoiselle frau fräulein señora señorita sra srta doña dona signora "
    "signorina sigra mevrouw mevr mw lady dame fru frk frøken pani paní κα κυρία senhora neiti rouva doamna"
)
_MALE = _set(
    "mr mister sir monsieur herr herrn hr señor sr don senhor signor signore sig meneer dhr lord pan κ κος κύριος "
    "herra domnul úr"
)
_NEUTRAL = _set(
    "dr doctor doktor docteur dott dottssa dra dre prof professor professeur profesor mx rev reverend fr father "
    "ing mag hon judge justice capt captain lt col gen sgt general colonel major lieutenant "
    "sergeant phd md mudr mgr dipling"
)
TITLES = _FEMALE | _MALE | _NEUTRAL
_LEGAL_FORMS = _set(
    "ltd limited inc incorporated llc llp plc corp corporation co company gmbh ag kg ohg ug mbh se sa sas sarl "
    "srl spa bv nv ab as oy oyj aps kft zrt sro sl lda"
)
# Their case is part of the value.
_EXACT = frozenset({"PASSWORD", "SECRET_KEY", "CRYPTO"})
# Written with or without separators between their digits and letters.
_NUMBERS = frozenset(
    {
        "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "BANK_ACCOUNT", "US_SSN", "NATIONAL_ID", "TAX_ID", "PASSPORT",
        "DRIVER_LICENSE", "HEALTH_ID", "VEHICLE_ID", "CUSTOMER_ID", "DEVICE_ID",
    }
)  # fmt: skip
_POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_DOTTED = re.compile(r"(?:\w\.[ -]?){2,4}")


def plain(text: str) -> str:
    """`text` in NFKC, without case and without accents: what two spellings of one word have in common."""
    if text.isascii():
        return text.casefold()
    return "".join(c for c in normalize("NFKD", normalize("NFKC", text).casefold()) if not combining(c))


def words(text: str) -> list[str]:
    """The words of a name, plain, in order, with what stands behind a comma first (*Lovelace, Ada*); no titles."""
    before, comma, after = text.partition(",")
    ordered = f"{after} {before}" if comma and after.strip() else text
    found = (plain(word).replace("'", "").replace("’", "") for word in _WORD.findall(_POSSESSIVE.sub("", ordered)))
    return [word for word in found if word and word not in _PLAIN_TITLES]


@lru_cache(maxsize=1 << 14)
def normalised(text: str, label: str) -> str:
    """What two equal values of `label` have in common; never empty where `text` is not."""
    if label in _EXACT:
        return text
    bare = plain(text)
    if label == "PERSON":
        found = " ".join(sorted(words(text)))
    elif label in _NUMBERS:
        found = "".join(filter(str.isalnum, bare))
    elif label in {"EMAIL_ADDRESS", "URL", "USERNAME", "IP_ADDRESS"}:
        found = bare.strip().lstrip("@").rstrip("/")
    else:
        found = " ".join(_WORD.findall(plain(_POSSESSIVE.sub("", text))))
    return found or bare or text


def gender_of_title(text: str) -> str | None:
    """`female` or `male` where a title in `text` tells, or else None."""
    found = {plain(word) for word in _WORD.findall(text)[:-1]}
    female, male = bool(found & _PLAIN_FEMALE), bool(found & _PLAIN_MALE)
    return None if female == male else "female" if female else "male"


@dataclass(slots=True)
class Entity:
    """One person or thing: its label, the fullest mention of it so far, and what a title told of it."""

    label: str
    name: str
    words: tuple[str, ...] = ()
    gender: str | None = None
    identity: str | None = None  # from when it was first asked for; it does not change


class Linker:
    """Links the mentions of one document, chunk by chunk, in the order of the text.

    `see` takes in all mentions of a chunk, the longest first, so that *Ada* in its first sentence is the
    *Ada Lovelace* of its second. What a chunk before was told does not change: where a text comes as a stream,
    *Ada* and *Lovelace* stay two where *Ada Lovelace* stands in a later chunk alone. Without `see`, each mention is a
    chunk by itself. A mention costs the entities that share a word with it; memory grows with the different mentions.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str | None], Entity] = {}
        self._by_word: dict[tuple[str, str], list[Entity]] = defaultdict(list)
        self._by_identity: dict[str, Entity] = {}
        self._last: dict[int, int] = {}  # when each entity was named last; below zero, when it will be named first
        self._time = 0

    def see(self, text: str, spans: Sequence[Span]) -> None:
        """Take in the mentions of the next chunk, whose spans are offsets into `text`."""
        mentions = [(text[span.start : span.end], span.label) for span in spans]
        by_parts = [mention for mention in mentions if mention[1] in _LINKED_BY_PARTS]
        for mention in sorted(by_parts, key=lambda mention: -len("".join(_parts(*mention)))):
            fits = self._fitting(*mention)
            if len(fits) < 2:  # one that fits several is nobody's yet
                self._take_in(fits[0] if fits else Entity(mention[1], mention[0]), mention[0])
        for at, mention in reversed(list(enumerate(by_parts))):
            fits = self._fitting(*mention)
            if len(fits) == 1 and self._last.get(id(fits[0]), -1) < 0:
                self._last[id(fits[0])] = -1 - at

    def link(self, text: str, label: str) -> Entity:
        """The entity that `text`, the next mention, names."""
        self._time += 1
        fits = self._fitting(text, label) if label in _LINKED_BY_PARTS else []
        if fits:
            mine = sorted(_parts(text, label))
            equal = [entity for entity in fits if sorted(entity.words) == mine]
            entity = max(equal or fits, key=lambda other: self._last.get(id(other), -self._time))
        else:
            known = (label, normalised(text, label), gender_of_title(text) if label == "PERSON" else None)
            entity = self._known.setdefault(known, Entity(label, text))
        self._take_in(entity, text)
        self._last[id(entity)] = self._time
        return entity

    def identity(self, original: str, label: str) -> str:
        """The label and the normalised text of the fullest mention that was known when it was first asked for."""
        entity = self.link(original, label)
        if entity.identity is None:
            entity.identity = f"{label}:{normalised(entity.name, label)}"
            # Two entities of one name are told apart by a title alone, *Mr Kim* and *Ms Kim*.
            if self._by_identity.setdefault(entity.identity, entity) is not entity:
                entity.identity += f":{entity.gender}"
                self._by_identity[entity.identity] = entity
        return entity.identity

    def fullest(self, identity: str) -> str | None:
        """The fullest mention so far of what `identity` was given for; None where it was given for nothing here."""
        entity = self._by_identity.get(identity)
        return None if entity is None else entity.name

    def _take_in(self, entity: Entity, text: str) -> None:
        """Remember the words of a mention by which later ones may be linked, and the mention if it is the fullest."""
        if entity.label not in _LINKED_BY_PARTS:
            return
        mine = _parts(text, entity.label)
        if len("".join(mine)) > len("".join(entity.words)) or not entity.words:
            entity.name, entity.words = text, mine
        if entity.label == "PERSON":
            entity.gender = entity.gender or gender_of_title(text)
        for key in {*mine, *_initials(text, mine)}:
            same = self._by_word[entity.label, key]
            if not any(other is entity for other in same):
                same.append(entity)

    def _fitting(self, text: str, label: str) -> list[Entity]:
        mine = _parts(text, label)
        gender = gender_of_title(text) if label == "PERSON" else None
        found = {id(e): e for key in (*mine, _letters(text)) for e in self._by_word.get((label, key), ())}
        return [
            entity
            for entity in found.values()
            if (gender is None or entity.gender in (None, gender)) and _same(text, mine, entity)
        ]


def link_all(mentions: Iterable[tuple[str, str]]) -> list[str]:
    """The identity of each of `mentions`, (text, label) in the order of the text, with all of them looked at first."""
    given = list(mentions)
    linker = Linker()
    text, spans = "", []
    for mention, label in given:
        spans.append(Span(len(text), len(text) + len(mention), label))
        text += mention
    linker.see(text, spans)
    return [linker.identity(*mention) for mention in given]


_LINKED_BY_PARTS = frozenset({"PERSON", "ORGANIZATION"})
_PLAIN_TITLES = frozenset(map(plain, TITLES))
_PLAIN_FEMALE = frozenset(map(plain, _FEMALE))
_PLAIN_MALE = frozenset(map(plain, _MALE))


@lru_cache(maxsize=1 << 14)
def _parts(text: str, label: str) -> tuple[str, ...]:
    if label == "PERSON":
        return tuple(words(text)) or tuple(plain(text).split()) or (text,)
    found = _WORD.findall(plain(_POSSESSIVE.sub("", text)))
    return tuple(word for word in found if word not in _LEGAL_FORMS) or tuple(found) or (plain(text) or text,)


def _initials(text: str, parts: Sequence[str]) -> set[str]:
    """The initials of a name, without and with what it ends in (*Corporation*)."""
    return {"".join(word[0] for word in parts), "".join(word[0] for word in _WORD.findall(plain(text)))}


def _letters(text: str) -> str:
    """The letters of `A.L.` or `AL`, plain; an empty string where `text` is no initials."""
    bare = text.strip()
    if _DOTTED.fullmatch(bare) or (2 <= len(bare) <= 5 and bare.isalpha() and bare.isupper()):
        return plain("".join(filter(str.isalpha, bare)))
    return ""


def _same(text: str, mine: tuple[str, ...], entity: Entity) -> bool:
    if entity.label == "ORGANIZATION":
        shorter, longer = sorted((mine, entity.words), key=len)
        if longer[: len(shorter)] == shorter:
            return True
        return len(mine) == 1 != len(entity.words) and _letters(text) in _initials(entity.name, entity.words)
    letters = _letters(text)
    if letters and len(entity.words) > 1 and letters in _initials(entity.name, entity.words):
        return True
    shorter, longer = sorted((mine, entity.words), key=len)
    return _is_part(shorter, longer)


def _is_part(shorter: Sequence[str], longer: Sequence[str]) -> bool:
    """Whether each word of `shorter` is one of `longer`, or its initial, or the other way; one at least in full."""
    left = list(longer)
    whole = [word for word in shorter if len(word) > 1 and word in left]
    for word in whole:
        if word not in left:
            return False
        left.remove(word)
    rest = list(shorter)
    for word in whole:
        rest.remove(word)
    for word in rest:
        match = next((other for other in left if 1 in (len(word), len(other)) and word[0] == other[0]), None)
        if match is None:
            return False
        left.remove(match)
    return bool(whole)
