"""Whether a column holds personal data, by what was found in a sample of its cells, by its heading and its digits."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from stdnum import ean

from loredact.document import Span
from loredact.formats import Cell

# A column of values, such as names or numbers, is personal where the surest scores of its cells sum up to at least this
# share of their number: values of one kind are found all or none, and for sure.
_SCORE_OF_VALUES = 0.6
# A column of texts, or of a few cells, is personal where a span is in at least this share of them.
_SHARE_OF_TEXTS = 0.3
_ENOUGH = 10  # cells to tell from what a column holds
# From this share of its cells on, a column is of what they are.
_MOST = 0.9
_FEWEST_DIGITS = 7  # of a telephone number that is more than an extension
# Headings of a row's own number, in any language.
_ROW = frozenset({"#", "id", "idx", "index", "key", "lfd", "no", "nr", "num", "pk", "pos", "row", "rowid"})
# How words begin that head numbers of things: orders, invoices, parcels, tickets, articles, parts. Without accents.
_THINGS = (
    "artic", "artig", "artik", "artyk", "auftrag", "barcode", "bestall", "bestell", "bestil", "colis", "comand",
    "command", "devis", "ean", "encargo", "encomend", "factu", "faktur", "fattur", "fatur", "gtin", "hyllynum",
    "invoice", "isbn", "item", "kolli", "lasku", "lieferschein", "material", "objednav", "offer", "order", "ordin",
    "ordre", "paket", "parcel", "pedido", "posilk", "prodott", "produ", "rechnung", "referenc", "referens",
    "referenti", "referenz", "riferim", "seri", "sku", "teilenum", "ticket", "tilaus", "tracking", "tuote", "upc",
    "vare", "wysylk", "zamow", "zasilk", "zboz",
)  # fmt: skip
# Labels of numbers that a row's own number, or an article's, is easily taken for.
_NUMBERS = frozenset({
    "AGE", "BANK_ACCOUNT", "CREDIT_CARD", "CUSTOMER_ID", "DEVICE_ID", "HEALTH_ID", "LOCATION", "NATIONAL_ID",
    "PHONE_NUMBER", "STREET_ADDRESS", "TAX_ID",
})  # fmt: skip


@dataclass(slots=True)
class Evidence:
    """What was found in the cells of one column."""

    cells: int = 0
    labels: Counter[str] = field(default_factory=Counter)  # cells that have the label
    scores: defaultdict[str, float] = field(
        default_factory=lambda: defaultdict(float)
    )  # the surest of each cell, summed
    score: float = 0.0  # of whatever label
    found: int = 0  # cells with any
    whole: int = 0  # cells that are one span, by more than half
    article_numbers: int = 0
    few_digits: int = 0  # cells of nothing but digits, fewer than a telephone number has

    def add(self, cell: Cell, spans: Sequence[Span]) -> None:
        """Take in a cell."""
        text = cell.text.strip()
        self.cells += 1
        surest: dict[str, float] = {}
        for span in spans:
            surest[span.label] = max(surest.get(span.label, 0.0), span.score)
        self.labels.update(surest.keys())
        self.found += bool(spans)
        for label, score in surest.items():
            self.scores[label] += score
        self.score += max(surest.values(), default=0.0)
        if len(spans) == 1 and 2 * (spans[0].end - spans[0].start) > len(text):
            self.whole += 1
        if text.isdecimal():
            self.article_numbers += len(text) in {8, 12, 13, 14} and ean.is_valid(text)
            self.few_digits += len(text) < _FEWEST_DIGITS

    @property
    def label(self) -> str | None:
        """The label that most cells have, the surest of several; None where nothing was found."""
        return max(self.labels, key=lambda label: (self.labels[label], self.scores[label]), default=None)

    @property
    def share(self) -> float:
        """The share of cells that have the label."""
        return 0.0 if self.label is None else self.labels[self.label] / self.cells

    def is_personal(self, heading: str) -> bool:
        """Whether the column with this heading holds personal data, and not only a cell of it here and there."""
        label = self.label
        if label is None or self._numbers_things(label, heading):
            return False
        if self.cells >= _ENOUGH and 2 * self.whole > self.found:
            return self.score >= _SCORE_OF_VALUES * self.cells
        return self.share >= _SHARE_OF_TEXTS

    def _numbers_things(self, label: str, heading: str) -> bool:
        """Whether the column holds the numbers of rows, articles, orders and the like, for all that `label` says."""
        if label not in _NUMBERS:
            return False
        words = _words(heading)
        if self.article_numbers >= _MOST * self.cells:  # one random number in ten passes, and no column of them
            return self.cells > 1
        if self.few_digits >= _MOST * self.cells and (label == "PHONE_NUMBER" or _ROW.issuperset(words)):
            return True
        return label == "CUSTOMER_ID" and any(word.startswith(_THINGS) for word in words)


def _words(heading: str) -> list[str]:
    """The words of a heading in lower case without accents; `orderNo` has two."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)
    plain = unicodedata.normalize("NFKD", apart.replace("ł", "l").replace("Ł", "L")).casefold()
    return re.findall(r"#|[^\W_\d]+", "".join(c for c in plain if not unicodedata.combining(c)))
