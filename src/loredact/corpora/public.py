"""Public corpora in our labels: what each one annotates, what its labels become, and which part of it is for what.

A corpus of names says nothing of the telephone numbers in it, so a document says which labels its corpus annotates
(`Document.annotated`), and training lets its silence mean no more than that. A label of theirs becomes one of ours, or
is left open, where what it marks may be personal or not; a label that is not named here marks what is not personal.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal
from zlib import crc32

from loredact.document import Document, Span

Part = Literal["train", "dev", "test"]

OPEN = ""
PERSON, LOCATION, ORGANIZATION, NRP, DATE_TIME = "PERSON", "LOCATION", "ORGANIZATION", "NRP", "DATE_TIME"
NAMES = frozenset({PERSON, LOCATION, ORGANIZATION})
# What does not occur in edited prose, and so is looked for by whoever looks for names there.
_NUMBERS_OF_A_PERSON = "US_SSN IBAN_CODE CREDIT_CARD BANK_ACCOUNT PASSPORT DRIVER_LICENSE TAX_ID NATIONAL_ID HEALTH_ID"
_OF_A_MACHINE = "USERNAME PASSWORD SECRET_KEY CRYPTO DEVICE_ID IP_ADDRESS"
_NEVER_IN_PROSE = frozenset(f"{_NUMBERS_OF_A_PERSON} {_OF_A_MACHINE}".split())
_PROSE = NAMES | _NEVER_IN_PROSE
# Of what stands in a post, names and users are marked.
_POSTS = _PROSE - {"USERNAME"}
_PER_LOC_ORG = {"PER": PERSON, "LOC": LOCATION, "ORG": ORGANIZATION}
_DIGIT = re.compile(r"\d")
_CAPITALISED = re.compile(r"[^\W\d_]\S*")
_SENTENCE_END = re.compile(r"\n+|(?<=[.!?]) ")
_SHORTEST = 15


def _user_names(document: Document) -> Document:
    """A name that is a user's name has a label of its own."""
    spans = []
    for span in document.spans:
        written = document.text[span.start : span.end]
        is_user = span.label == PERSON and (written.startswith("@") or "_" in written)
        spans.append(replace(span, label="USERNAME") if is_user else span)
    return replace(document, spans=tuple(spans))


def _without_titles(document: Document) -> Document:
    """A person begins at the first word with a capital: `domnul viceprimar Dorel Borza`."""
    spans = []
    for span in document.spans:
        if span.label == PERSON:
            words = re.finditer(r"\S+", document.text[span.start : span.end])
            first = next((word.start() for word in words if not word[0][0].islower()), 0)
            spans.append(replace(span, start=span.start + first))
        else:
            spans.append(span)
    return replace(document, spans=tuple(spans))


def _other_capitals_open(document: Document) -> Document:
    """Where many names were missed, a word with a capital that stands in no span may be one."""
    taken = (*document.spans, *document.open_spans)
    words = (word.span() for word in _CAPITALISED.finditer(document.text) if word[0][0].isupper())
    opened = [
        Span(start, end, OPEN)
        for start, end in words
        if not any(span.start < end and start < span.end for span in taken)
    ]
    both = sorted((*document.open_spans, *opened), key=lambda span: span.start)
    return replace(document, open_spans=tuple(both))


def _as_they_are(document: Document) -> Document:
    return document


@dataclass(frozen=True, slots=True)
class Corpus:
    """One corpus.

    `labels` says what theirs become, `annotates` which of ours it marks wherever they are. `parts` gives the part of a
    document by its `source`; where it names none, a document's number decides: one in ten is for testing, one in ten
    for development. At most `most` characters of it are learnt from.
    """

    labels: Mapping[str, str]
    annotates: frozenset[str] = _PROSE
    parts: Mapping[str, Part] = field(default_factory=dict)
    most: int = 1_000_000
    mend: Callable[[Document], Document] = _as_they_are


_SPLITS: Mapping[str, Part] = {"train": "train", "dev": "dev", "test": "test"}
_ALL_TRAIN: Mapping[str, Part] = {"": "train"}
_ALL_DEV: Mapping[str, Part] = {"": "dev"}
_ALL_TEST: Mapping[str, Part] = {"": "test"}
_MEDDOCAN = {
    "NOMBRE_SUJETO_ASISTENCIA": PERSON,
    "NOMBRE_PERSONAL_SANITARIO": PERSON,
    "CORREO_ELECTRONICO": "EMAIL_ADDRESS",
    "NUMERO_TELEFONO": "PHONE_NUMBER",
    "NUMERO_FAX": "PHONE_NUMBER",
    "CALLE": "STREET_ADDRESS",
    "TERRITORIO": LOCATION,
    "PAIS": LOCATION,
    "FECHAS": DATE_TIME,
    "EDAD_SUJETO_ASISTENCIA": "AGE",
    "ID_SUJETO_ASISTENCIA": "HEALTH_ID",
    "ID_ASEGURAMIENTO": "HEALTH_ID",
    "ID_CONTACTO_ASISTENCIAL": "HEALTH_ID",
    "NUMERO_BENEF_PLAN_SALUD": "HEALTH_ID",
    "IDENTIF_VEHICULOS_NRSERIE_PLACAS": "VEHICLE_ID",
    "ID_TITULACION_PERSONAL_SANITARIO": "CUSTOMER_ID",
    "ID_EMPLEO_PERSONAL_SANITARIO": "CUSTOMER_ID",
    "OTRO_NUMERO_IDENTIF": "CUSTOMER_ID",
    "DIREC_PROT_INTERNET": "IP_ADDRESS",
    "IDENTIF_DISPOSITIVOS_NRSERIE": "DEVICE_ID",
    "URL_WEB": "URL",
    "CENTRO_SALUD": ORGANIZATION,
    "HOSPITAL": ORGANIZATION,
    "INSTITUCION": ORGANIZATION,
    "FAMILIARES_SUJETO_ASISTENCIA": OPEN,
    "OTROS_SUJETO_ASISTENCIA": OPEN,
    "PROFESION": OPEN,
}
_TAB = {
    "PERSON": PERSON,
    "LOC": LOCATION,
    "DATETIME": DATE_TIME,
    "CODE": "CUSTOMER_ID",
    "ORG": ORGANIZATION,
    "DEM": NRP,
    "QUANTITY": "QUANTITY",
    "MISC": OPEN,
}
_WNUT = {
    "person": PERSON,
    "location": LOCATION,
    "group": ORGANIZATION,
    "corporation": ORGANIZATION,
    "product": OPEN,
    "creative-work": OPEN,
}
_KPWR_ORGANIZATIONS = ("institution", "organization", "group_team", "company", "political_party", "group_band", "group")
_SENTENCES = {
    "person": PERSON,
    "politician": PERSON,
    "writer": PERSON,
    "musicalartist": PERSON,
    "scientist": PERSON,
    "researcher": PERSON,
    "location": LOCATION,
    "country": LOCATION,
    "organisation": ORGANIZATION,
    "politicalparty": ORGANIZATION,
    "university": ORGANIZATION,
    "band": ORGANIZATION,
    "misc": OPEN,
}


def _meddocan_in_ours(document: Document) -> Document:
    """An age is its number alone, and the day of birth has a label of its own."""
    spans = []
    for span in document.spans:
        number = re.match(r"\d+", document.text[span.start : span.end])
        before = document.text[max(0, span.start - 18) : span.start].lower()
        if span.label == "AGE" and number:
            spans.append(replace(span, end=span.start + number.end()))
        elif span.label == DATE_TIME and "nacimiento" in before:
            spans.append(replace(span, label="DATE_OF_BIRTH"))
        else:
            spans.append(span)
    return replace(document, spans=tuple(spans))


_DATED = _PROSE | {DATE_TIME}
_MEDDOCAN_ANNOTATES = _PROSE | set(_MEDDOCAN.values()) - {OPEN} | {"DATE_OF_BIRTH"}
_TAB_ANNOTATES = _DATED | {"CUSTOMER_ID", NRP, "QUANTITY"}

CORPORA: Mapping[str, Corpus] = {
    "meddocan-train": Corpus(_MEDDOCAN, _MEDDOCAN_ANNOTATES, _ALL_TRAIN, mend=_meddocan_in_ours),
    "meddocan-dev": Corpus(_MEDDOCAN, _MEDDOCAN_ANNOTATES, _ALL_DEV, mend=_meddocan_in_ours),
    "meddocan-test": Corpus(_MEDDOCAN, _MEDDOCAN_ANNOTATES, _ALL_TEST, mend=_meddocan_in_ours),
    "tab-train": Corpus(_TAB, _TAB_ANNOTATES, _ALL_TRAIN),
    "tab-dev": Corpus(_TAB, _TAB_ANNOTATES, _ALL_DEV),
    "tab-test": Corpus(_TAB, _TAB_ANNOTATES, _ALL_TEST),
    "btc": Corpus(_PER_LOC_ORG, mend=_user_names),
    "wikigold": Corpus(_PER_LOC_ORG),
    "wnut17-train": Corpus(_WNUT, _POSTS, _ALL_TRAIN),
    "wnut17-dev": Corpus(_WNUT, _POSTS, _ALL_DEV),
    "wnut17-test": Corpus(_WNUT, _POSTS, _ALL_TEST),
    "uner-en-ewt-dev": Corpus(_PER_LOC_ORG, _POSTS, _ALL_DEV),
    "uner-en-pud": Corpus(_PER_LOC_ORG, parts=_ALL_TEST),
    "uner-pt": Corpus(_PER_LOC_ORG, parts=_SPLITS),
    "uner-da": Corpus(_PER_LOC_ORG, parts=_SPLITS),
    "uner-sv": Corpus(_PER_LOC_ORG, parts=_SPLITS),
    "uner-hr": Corpus({**_PER_LOC_ORG, "OTH": OPEN}, parts=_SPLITS),
    "turku-fi": Corpus({**_PER_LOC_ORG, "DATE": DATE_TIME, "PRO": OPEN}, parts=_SPLITS),
    "norne-no": Corpus(
        {**_PER_LOC_ORG, "GPE_LOC": LOCATION, "GPE_ORG": LOCATION, "DRV": OPEN, "PROD": OPEN, "MISC": OPEN},
        most=1_300_000,
    ),
    "ronec-ro": Corpus(
        {
            "PERSON": PERSON,
            "PERSON-unnamed": OPEN,
            "GPE": LOCATION,
            "LOC": LOCATION,
            "FACILITY": LOCATION,
            "ORG": ORGANIZATION,
            "ORGANIZATION": ORGANIZATION,
            "NAT_REL_POL": NRP,
            "LANGUAGE": OPEN,
            "DATETIME": DATE_TIME,
            "PERIOD": OPEN,
            "MONEY": "QUANTITY",
            "QUANTITY": "QUANTITY",
            "NUMERIC": OPEN,
            "NUMERIC_VALUE": OPEN,
            "ORDINAL": OPEN,
            "PRODUCT": OPEN,
            "WORK_OF_ART": OPEN,
        },
        _DATED | {NRP},
        {"valid": "dev", "test": "test", "version 1": "train"},
        mend=_without_titles,
    ),
    "nerkor-hu": Corpus(_PER_LOC_ORG, most=1_300_000),
    "lener-br": Corpus(
        {"PESSOA": PERSON, "LOCAL": LOCATION, "ORGANIZACAO": ORGANIZATION, "TEMPO": DATE_TIME},
        _DATED,
        _SPLITS,
        most=800_000,
    ),
    "mobie-de": Corpus(
        {
            "person": PERSON,
            "location": LOCATION,
            "location-city": LOCATION,
            "location-stop": LOCATION,
            "location-street": "STREET_ADDRESS",
            "location-route": OPEN,
            "organization": ORGANIZATION,
            "organization-company": ORGANIZATION,
            "date": DATE_TIME,
            "time": OPEN,
            "duration": OPEN,
            "number": OPEN,
            "money": "QUANTITY",
            "distance": OPEN,
            "percent": OPEN,
            "set": OPEN,
        },
        _PROSE | {"STREET_ADDRESS"},
        _SPLITS,
    ),
    "german-ler": Corpus(
        {
            "PER": PERSON,
            "RR": PERSON,
            "AN": PERSON,
            "LD": LOCATION,
            "ST": LOCATION,
            "LDS": LOCATION,
            "STR": "STREET_ADDRESS",
            "ORG": ORGANIZATION,
            "UN": ORGANIZATION,
            "INN": ORGANIZATION,
            "GRT": ORGANIZATION,
            "MRK": OPEN,
        },
        _PROSE | {"STREET_ADDRESS"},
        # Single sentences of two splits: the first to learn from.
        {"dev": "train", "test": "test"},
        most=500_000,
    ),
    # One page in five has no span at all, and a model that learns their silence finds nobody in old Dutch any more.
    "europeana-nl": Corpus(_PER_LOC_ORG, most=400_000, mend=_other_capitals_open),
    "europeana-de": Corpus(_PER_LOC_ORG, most=400_000),
    "europeana-fr": Corpus(_PER_LOC_ORG, most=500_000),
    "crossner": Corpus(_SENTENCES),
    "sec-filings": Corpus({**_PER_LOC_ORG, "MISC": OPEN}),
    "re3d": Corpus(
        {
            "Person": PERSON,
            "Person-unnamed": OPEN,
            "Location": LOCATION,
            "Location-unnamed": OPEN,
            "Organisation": ORGANIZATION,
            "Organisation-unnamed": OPEN,
            "Nationality": NRP,
            "Temporal": DATE_TIME,
            "Quantity": OPEN,
            "Money": "QUANTITY",
        },
        _DATED,
    ),
    "gum": Corpus({"person": PERSON, "place": LOCATION, "organization": ORGANIZATION}),
    "litbank": Corpus(
        {
            "PER": PERSON,
            "GPE": LOCATION,
            "LOC": LOCATION,
            "FAC": LOCATION,
            "ORG": ORGANIZATION,
            **{f"{label}-nominal": OPEN for label in ("PER", "GPE", "LOC", "FAC", "ORG")},
        }
    ),
    "ellinai-el": Corpus(
        {
            "private_person": PERSON,
            "private_email": "EMAIL_ADDRESS",
            "private_phone": "PHONE_NUMBER",
            "private_address": "STREET_ADDRESS",
            "private_date": DATE_TIME,
            "private_url": "URL",
            "afm": "TAX_ID",
            "amka": "NATIONAL_ID",
            "adt": "NATIONAL_ID",
            "iban_gr": "IBAN_CODE",
            "account_number": "BANK_ACCOUNT",
            "secret": OPEN,
            "card_pan": "CREDIT_CARD",
            "ip_address": "IP_ADDRESS",
            "gemi": OPEN,
            "license_plate": "VEHICLE_ID",
            "imei": "DEVICE_ID",
            "driver_license": "DRIVER_LICENSE",
            "mac_address": "DEVICE_ID",
            "ama": "HEALTH_ID",
            "pcn": OPEN,
            "cvv": OPEN,
            "passport": "PASSPORT",
            "vehicle_vin": "VEHICLE_ID",
        },
        frozenset({PERSON, "EMAIL_ADDRESS", "PHONE_NUMBER", "TAX_ID", "IBAN_CODE", "CREDIT_CARD", "PASSPORT"}),
        {
            "train_sample_100": "train",
            "cases": "train",
            "golden_examples": "train",
            "validation_sample_100": "dev",
            "test_sample_100": "test",
            "hard_test_sample_100": "test",
        },
    ),
    "kpwr-pl": Corpus(
        {
            "nam_liv_person": PERSON,
            "nam_liv_god": OPEN,
            "nam_liv_animal": OPEN,
            "nam_liv_habitant": OPEN,
            "nam_adj": OPEN,
            "nam_adj_country": NRP,
            "nam_adj_city": OPEN,
            "nam_adj_person": OPEN,
            "nam_org_nation": NRP,
            "nam_fac_road": "STREET_ADDRESS",
            "nam_fac_square": "STREET_ADDRESS",
            "nam_fac_goe": LOCATION,
            "nam_fac_goe_stop": LOCATION,
            "nam_fac_park": LOCATION,
            "nam_fac_bridge": LOCATION,
            "nam_num_house": OPEN,
            "nam_num_phone": "PHONE_NUMBER",
            "nam_oth_www": "URL",
            "nam_oth": OPEN,
            **{
                f"nam_loc{rest}": LOCATION
                for rest in (
                    "",
                    *(
                        f"_gpe_{kind}"
                        for kind in ("city", "country", "admin1", "admin2", "admin3", "subdivision", "district")
                    ),
                    *(f"_hydronym{kind}" for kind in ("", "_river", "_sea", "_lake", "_ocean")),
                    *(f"_land{kind}" for kind in ("", "_continent", "_island", "_region", "_mountain")),
                    "_historical_region",
                    "_country_region",
                )
            },
            **{f"nam_org_{kind}": ORGANIZATION for kind in _KPWR_ORGANIZATIONS},
            "nam_org_organization_sub": ORGANIZATION,
        },
        _PROSE | {"STREET_ADDRESS"},
    ),
    "wikigold-sk": Corpus({**_PER_LOC_ORG, "MISC": OPEN}),
    "estner-et": Corpus(
        {
            "PER": PERSON,
            "GPE": LOCATION,
            "LOC": LOCATION,
            "ORG": ORGANIZATION,
            "DATE": DATE_TIME,
            "TIME": OPEN,
            "MONEY": "QUANTITY",
            "PERCENT": OPEN,
            "TITLE": OPEN,
            "PROD": OPEN,
        },
        _DATED,
        {"dev": "train", "test": "test"},
    ),
    "europarl-ner": Corpus({**_PER_LOC_ORG, "MISC": OPEN}),
    "stockmark-ja": Corpus(
        {
            "人名": PERSON,
            "地名": LOCATION,
            "施設名": LOCATION,
            "法人名": ORGANIZATION,
            "政治的組織名": ORGANIZATION,
            "その他の組織名": ORGANIZATION,
            "製品名": OPEN,
        },
        most=200_000,
    ),
    "reldi-tweets": Corpus(
        {"per": PERSON, "loc": LOCATION, "org": ORGANIZATION, "misc": OPEN, "deriv-per": OPEN},
        parts={"dev": "train", "test": "test"},
        mend=_user_names,
    ),
}


def read_part(folder: Path, name: str, part: Part) -> list[Document]:
    """The documents of one part of the corpus `name`, in our labels. A text is in one part alone, the first of these.

    A date in a text about nobody is nobody's, so a document's dates are spans only where a person is in it; those
    without a digit are left open.
    """
    corpus = CORPORA[name]
    rows: dict[Part, list[dict[str, object]]] = {"train": [], "dev": [], "test": []}
    for row in _rows(folder / f"{name}.jsonl.gz"):
        rows[_part_of(corpus, row)].append(row)
    before: set[object] = set()
    for earlier, of_part in rows.items():
        if earlier == part:
            return [_document(corpus, row, name) for row in of_part if row["text"] not in before]
        before.update(row["text"] for row in of_part)
    raise ValueError(part)


def training_documents(folder: Path, without: Sequence[str] = ()) -> Iterator[Document]:
    """The training parts of all corpora but those in `without`, each up to its limit."""
    for name, corpus in CORPORA.items():
        if name in without:
            continue
        characters = 0
        for document in read_part(folder, name, "train"):
            if characters > corpus.most:
                break
            characters += len(document.text)
            yield document


def sentences_without_spans(documents: Sequence[Document]) -> list[str]:
    """The sentences and lines of `documents`, of some length, that hold no span of any kind, an open one neither."""
    found = []
    for document in documents:
        spans = (*document.spans, *document.open_spans)
        start = 0
        for end in [*(match.start() for match in _SENTENCE_END.finditer(document.text)), len(document.text)]:
            text = document.text[start:end].strip()
            if len(text) >= _SHORTEST and not any(s.start < end and start < s.end for s in spans):
                found.append(text)
            start = end
    return found


def _rows(path: Path) -> Iterator[dict[str, object]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _part_of(corpus: Corpus, row: Mapping[str, object]) -> Part:
    by_source = corpus.parts.get(str(row.get("source", ""))) or corpus.parts.get("")
    if by_source is not None:
        return by_source
    number = crc32(str(row["id"]).encode()) % 10
    return "test" if number == 0 else "dev" if number == 1 else "train"


def _document(corpus: Corpus, row: Mapping[str, object], name: str) -> Document:
    spans: list[Span] = []
    opened: list[Span] = []
    stored = row["spans"]
    assert isinstance(stored, list)
    text = str(row["text"])
    past = 0
    about_somebody = any(corpus.labels.get(span["label"]) == PERSON for span in stored)
    for span in sorted(stored, key=lambda span: int(span["start"])):
        label = corpus.labels.get(span["label"])
        start, end = int(span["start"]), int(span["end"])
        # Of two spans that overlap, as some of TAB's do, the first is kept.
        if label is None or start < past:
            continue
        past = end
        if label == DATE_TIME and not about_somebody:
            continue
        if label == OPEN or (label == DATE_TIME and not _DIGIT.search(text[start:end])):
            opened.append(Span(start, end, OPEN))
        else:
            spans.append(Span(start, end, label))
    document = Document(
        text, tuple(spans), {"corpus": name, "language": row["language"]}, corpus.annotates, tuple(opened)
    )
    return corpus.mend(document)
