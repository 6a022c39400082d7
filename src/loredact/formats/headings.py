"""What the first row of a table is: headings, or a row like the others."""

import re
import unicodedata
from collections.abc import Sequence, Set
from enum import Enum

_LONGEST_HEADING = 64
# What a heading is not and a value often is: a number, a date, an address, a sentence.
_VALUE = re.compile(r"[\W\d]*|.*\d{3}.*|.*[@!?].*|.*\w[.:;] .*|.*://.*", re.DOTALL)
_NUMBER = re.compile(r"[\W\d]*\d[\W\d]*")
# What headings are made of; a mark, such as [PHONE_NUMBER], is none.
_NAME = re.compile(r"[^\W\d_][\w .:/#()\-]*")
# How programs call their columns, and some people are called too: order_id, orderId.
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]*)+")
# Words that head columns, and that nobody is called by, without accents, in the languages that files here are in most.
_WORDS = """
account address age amount author birthdate birthday birthplace category cell city code comment comments company contact
content count country created currency customer date department description dob email employee fax file firstname
forename fullname gender group html iban id ids identifier index label language lastname level line mail message
middlename mobile modified name names nationality no note notes number occupation order organisation organization
passport password patient payment person phone position postcode product quantity ref reference region remark remarks
review role row salary score sex ssn state status subject surname tags telephone text ticket time timestamp title total
town type unit updated url user userid username uuid value version website year zip zipcode
adresse anmerkung anrede anschrift artikel auftrag beruf bemerkung beschreibung betrag betreff bestellung datum
durchwahl familienname firma geburtsdatum geburtsname geburtsort geburtstag geschlecht hausnummer kommentar konto kunde
kundennummer menge mitarbeiter nachname nachricht notiz nr nummer ort plz postleitzahl preis rechnung stadt strasse
telefon telefonnummer titel unternehmen vorname wohnort
commentaire courriel departement naissance nom numero pays prenom societe tel ville
apellido apellidos ciudad codigo comentario correo direccion empresa fecha nacimiento nombre nota pais telefono
citta cognome commento indirizzo nascita nome provincia
achternaam adres geboortedatum geslacht huisnummer klant naam opmerking plaats straat telefoonnummer voornaam woonplaats
bairro cep cidade endereco estado observacao sobrenome
imie miasto nazwa nazwisko ulica uwagi
adress efternamn fornamn kommun namn postnummer
"""
# Words between those: "date of birth".
_SMALL_WORDS = "a and at by da data de del der des di du e et for from in la of or the to und van y"
_LETTERS = str.maketrans("łŁøØæÆ", "lLoOaA")
_HEADING_WORDS = frozenset(_WORDS.split())
_BETWEEN = frozenset(_SMALL_WORDS.split())


class FirstRow(Enum):
    """What the first row of a table is."""

    DATA = 0
    # What the columns seem to be called; but they may be names of persons, or data after all.
    LIKELY_HEADINGS = 1
    HEADINGS = 2


def first_row(rows: Sequence[Sequence[str]]) -> FirstRow:
    """What the first of `rows` is, told by the first few of them.

    Headings are all short, like no value, and there once. They are headings for sure where most of them are named as
    programs name columns, or by words that head columns everywhere, above what is not, and the others are in lower
    case. Where less speaks for them they are likely: one such word, a column of nothing but numbers or addresses below,
    or all in lower case above what is not. Columns at the start without a heading count for nothing.
    """
    if len(rows) < 2:
        return FirstRow.DATA
    first = [heading.strip() for heading in rows[0]]
    # What numbers the rows has no heading: so pandas writes its index.
    start = next((column for column, heading in enumerate(first) if heading), 0)
    first, rest = first[start:], [row[start:] for row in rows[1:]]
    if not all(first) or len(set(first)) < len(first):
        return FirstRow.DATA
    if any(len(heading) > _LONGEST_HEADING or _VALUE.fullmatch(heading) for heading in first):
        return FirstRow.DATA
    columns = [
        [row[index].strip() for row in rest if index < len(row) and row[index].strip()] for index in range(len(first))
    ]
    # One name that a program gave may be a person's: jean_luc, deVries.
    named = sum(_IDENTIFIER.fullmatch(heading) is not None for heading in first) > 1
    evident = [_heads(heading, below, named=named) for heading, below in zip(first, columns, strict=True)]
    lower = [heading == heading.lower() or (named and bool(_IDENTIFIER.fullmatch(heading))) for heading in first]
    if 2 * sum(evident) > len(first) and all(a or b for a, b in zip(evident, lower, strict=True)):
        return FirstRow.HEADINGS
    is_typed = any(below and all(_NUMBER.fullmatch(value) or "@" in value for value in below) for below in columns)
    differs = all(lower) and any(value != value.lower() for below in columns for value in below)
    return FirstRow.LIKELY_HEADINGS if any(evident) or is_typed or differs else FirstRow.DATA


def _heads(heading: str, below: Sequence[str], *, named: bool) -> bool:
    """Whether `heading` is one, seen by itself and by what is `below` it."""
    if speaks_of_a_column(heading):
        return not any(map(speaks_of_a_column, below))
    return named and bool(_IDENTIFIER.fullmatch(heading)) and not any(map(_IDENTIFIER.fullmatch, below))


def speaks_of_a_column(text: str) -> bool:
    """Whether it is made of words that head columns; of an identifier one such word is enough."""
    known = _known_words(text, _HEADING_WORDS)
    return any(known) if _IDENTIFIER.fullmatch(text) else bool(known) and all(known)


def heads_columns(text: str, more: Set[str]) -> bool:
    """Whether every word of `text` is one that heads columns, or is in `more` (without accents, in lower case)."""
    known = _known_words(text, _HEADING_WORDS | more)
    return bool(known) and all(known)


def _known_words(text: str, known: Set[str]) -> list[bool]:
    """Of each word of `text`, but for small ones, whether it is in `known`; no words where `text` is no heading."""
    if len(text) > _LONGEST_HEADING or not _NAME.fullmatch(text):
        return []
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).translate(_LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(c)).casefold()
    return [word in known for word in re.findall(r"[^\W\d_]+", plain) if word not in _BETWEEN]
