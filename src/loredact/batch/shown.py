"""Which headings may be shown: names of fields are, and what may be personal is told by its place."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from loredact.formats import Cell
from loredact.formats.headings import heads_columns, speaks_of_a_column
from loredact.masking import Masker

_LONGEST = 64
# What names of fields are made of. With more digits in a row it is a number that somebody may have.
_NAME_OF_FIELD = re.compile(rf"(?=[\W\d_]*[^\W\d_])(?!.*\d{{5}})[\w \-./:#%()'’]{{1,{_LONGEST}}}")
# A heading of these words, and of those that head columns anywhere, is shown whatever a model takes it for: of a word
# by itself a model knows little. Without accents; in Cyrillic й is и without its accent.
_WORDS = """
bcc cc from reply
mr mrs ms dr herr frau madame mme monsieur senor senora signor signora
agent assignee branch buyer child contact father guardian manager mother owner parent reporter seller spouse student
supplier teacher vendor warehouse
anrede ansprechpartner arzt arztname betreuer bundesland ehepartner gemeinde handler kanton kundenname lehrer lieferant
patient rechnungsadresse schuler vertreter
lieu metier rue sexe
poblacion profesion provincia sexo
comune
morada telemovel
etunimi osoite paikkakunta puhelin sukunimi
jmeno mesto prijmeni psc ulice
keresztnev telepules vezeteknev
ad adı adresi sehir soyad soyadı
pesel
адрес город имя отчество телефон улица фамилия
alpha beta gamma species
lat lon timezone locale
"""
# From this score on, what a masker finds in a heading by itself counts. It tells next to nothing of a word alone.
_SURE = 0.5
_MOST_DIGITS = 4  # behind known words: a year, and no number of a person
_KNOWN = frozenset(_WORDS.split())
# A row in which a heading by itself stands as a key; what is around it is nobody's.
_ROW = ("id: 17\n", ": 1\nstatus: ok")
# A place that numbers the column, and one in a sheet.
_COLUMN = re.compile(r"(?:^|.*, )column (\d+)", re.DOTALL)
_SHEET = re.compile(r"(?:.*, )?sheet \d+, ([A-Z]{1,3})\d+(?:, formula)?", re.DOTALL)


@dataclass(slots=True)
class Headings:
    """The headings of one file's cells: where they stand, and which of them stand in one row."""

    _places: dict[str, str] = field(default_factory=dict)  # in the order of the file; "" without a number of its own
    _certain: set[str] = field(default_factory=set)
    _rows: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def noted(self, cells: Iterable[Cell]) -> Iterator[Cell]:
        """`cells`, whose headings are taken in as they come."""
        for cell in cells:
            if cell.heading not in self._places:
                self._places[cell.heading] = _place(cell.where)
            if cell.row is not None:
                self._rows[cell.row].add(cell.heading)
            # Of a heading that is one for sure, and of a table's schema, the format makes a place in words.
            if cell.where.endswith(f"column {cell.heading}"):
                self._certain.add(cell.heading)
            yield cell

    def shown(self, masker: Masker) -> dict[str, str]:
        """What to call the column of each heading: its heading, or its place where that may be personal.

        No two columns have one name.
        """
        hidden = self._hidden(masker)
        names: dict[str, str] = {}
        taken = {heading for heading in self._places if heading not in hidden}
        for number, (heading, place) in enumerate(self._places.items(), 1):
            name = heading
            if heading in hidden:
                name = place or f"key {number}"
                if name in taken:
                    name = f"{name} ({number})"
                taken.add(name)
            names[heading] = name
        return names

    def _hidden(self, masker: Masker) -> set[str]:
        """The headings that may be personal: those that are no names of fields, and those in which `masker` finds
        something.

        Not so a single word that is found by itself but not as a key in a row, nor an identifier that has a known word,
        if at least as many known headings as such stand in a row with it: models take *Vendor* by itself for a name as
        well as *Vanstone*, and `maiden_name` for somebody's in a network.
        """
        unknown = [
            heading for heading in self._places if heading and heading not in self._certain and not _is_known(heading)
        ]
        named = [heading for heading in unknown if _is_name_of_field(heading)]
        alone = _found_alone(masker, named)
        as_key = _found_as_key(masker, named)
        found = alone | as_key
        doubtful = {
            heading
            for heading in found
            if (heading not in as_key and re.fullmatch(r"\w+", heading))
            or (not re.search(r"\s", heading) and speaks_of_a_column(heading) and _has_few_digits(heading))
        }
        beside_known = {
            heading
            for row in self._rows.values()
            if len(doubtful & row) <= sum(h in self._certain or _is_known(h) for h in row)
            for heading in doubtful & row
        }
        return (set(unknown) - set(named)) | (found - beside_known)


def _is_known(heading: str) -> bool:
    """Whether it is made of words that head columns."""
    return heads_columns(heading, _KNOWN) and _has_few_digits(heading)


def _has_few_digits(heading: str) -> bool:
    return sum(map(str.isdigit, heading)) <= _MOST_DIGITS


def _is_name_of_field(heading: str) -> bool:
    # Vowels of Indian scripts are marks that belong to letters.
    letters = "".join(c for c in unicodedata.normalize("NFC", heading) if not unicodedata.category(c).startswith("M"))
    return _NAME_OF_FIELD.fullmatch(letters) is not None


def _found_alone(masker: Masker, headings: Collection[str]) -> set[str]:
    """Those of `headings` in which `masker` finds something with some certainty."""
    return {
        document.text for document in masker.find_many(headings) if any(span.score >= _SURE for span in document.spans)
    }


def _found_as_key(masker: Masker, headings: Collection[str]) -> set[str]:
    """Those of `headings` in which `masker` finds something where they stand as keys in a row."""
    before, after = _ROW
    documents = masker.find_many(f"{before}{heading}{after}" for heading in headings)
    return {
        heading
        for heading, document in zip(headings, documents, strict=True)
        if any(span.start < len(before) + len(heading) and span.end > len(before) for span in document.spans)
    }


def _place(where: str) -> str:
    """The column in which a cell at `where` stands, in words; "" where columns have no number."""
    match = _COLUMN.fullmatch(where) or _SHEET.fullmatch(where)
    return f"column {match[1]}" if match else ""
