"""Context in tables: cells alone, with their heading, or with their row, in tables made by Faker in six languages.

    python benchmarks/tables.py --rows 60

prints, for each way to give cells to the model, the share of personal cells of which no letter or digit is left, the
share of other cells in which something was masked, and seconds.

    python benchmarks/tables.py --scan --tables 7 --rows 20

prints how well `loredact scan` tells columns of names, numbers and addresses, by language: found with a label that
fits, missed, and others that it takes for personal. Nine of the languages were tuned on, the last three held out.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import scan_tables
from faker import Faker

from loredact.batch.finding import ALONE, HEADING, ROW, Layout, find_in_cells
from loredact.batch.scan import scan_cells
from loredact.formats import Cell
from loredact.masking import Masker

_ORDERS = ("new", "open", "shipped", "returned", "closed")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its headings by locale, its values, and whether they are personal."""

    headings: tuple[str, ...]
    value: Callable[[Faker, random.Random], str]
    personal: bool


LOCALES = ("en_US", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL")
COLUMNS = (
    Column(("id", "id", "id", "id", "id", "id"), lambda f, r: str(r.randrange(1000, 99999)), False),
    Column(("name", "Name", "nom", "nombre", "nome", "naam"), lambda f, r: f.name(), True),
    Column(
        ("last_name", "Nachname", "nom_de_famille", "apellido", "cognome", "achternaam"),
        lambda f, r: f.last_name(),
        True,
    ),
    Column(
        ("first_name", "Vorname", "prénom", "nombre_de_pila", "nome_proprio", "voornaam"),
        lambda f, r: f.first_name(),
        True,
    ),
    Column(("phone", "Telefon", "téléphone", "teléfono", "telefono", "telefoon"), lambda f, r: f.phone_number(), True),
    Column(
        ("address", "Anschrift", "adresse", "dirección", "indirizzo", "adres"),
        lambda f, r: f.address().replace("\n", ", "),
        True,
    ),
    Column(("status", "Status", "statut", "estado", "stato", "status"), lambda f, r: r.choice(_ORDERS), False),
    Column(
        ("amount", "Betrag", "montant", "importe", "importo", "bedrag"), lambda f, r: f"{r.uniform(1, 900):.2f}", False
    ),
    Column(
        ("product", "Artikel", "produit", "producto", "prodotto", "product"),
        lambda f, r: r.choice(("Desk lamp", "USB-C cable 2m", "Garden hose", "Notebook A5", "Steel bottle 0.7 l")),
        False,
    ),
    Column(
        ("reference", "Referenz", "référence", "referencia", "riferimento", "referentie"),
        lambda f, r: f"{r.choice('ABCDEF')}{r.randrange(10**5):05d}-{r.randrange(100):02d}",
        False,
    ),
)


def cells(locale: str, rows: int, seed: int = 0) -> Iterator[tuple[Cell, bool]]:
    """The cells of a table, each with whether it is personal."""
    faker, rng = Faker(locale), random.Random(seed)
    faker.seed_instance(seed)
    place = LOCALES.index(locale)
    for row in range(rows):
        for column in COLUMNS:
            heading = column.headings[place]
            value = column.value(faker, rng)
            yield Cell(value, f"row {row + 1}, column {heading}", heading, row), column.personal


def scan(masker: Masker, tables: int, rows: int, seed: int, *, wrong: bool) -> None:
    """Print a line a language of `scan_tables`, and lines for all, for those tuned on, and for those held out."""
    print("| language | columns | found | missed | taken for personal | F1 |\n| --- | --- | --- | --- | --- | --- |")
    counts = {locale: Counter[str]() for locale in scan_tables.LOCALES}
    for locale, count in counts.items():
        for table in scan_tables.tables(locale, tables, rows, seed):
            kinds = {heading: kind for kind, heading, _ in table}
            for column in scan_cells(locale, scan_tables.cells(table), masker):
                kind = kinds[column.column]
                fits = column.personal and column.label in kind.labels
                count["columns"] += 1
                count["found"] += fits
                count["missed"] += kind.group is not None and not fits
                count["wrong"] += column.personal and not fits
                if wrong and fits != (kind.group is not None):
                    print(f"{locale} {column.column}: {column.label} in {column.share:.2f} of cells", flush=True)
        print(_scanned(locale, count), flush=True)
    six = scan_tables.TUNED[:6]
    for name, locales in (("first six", six), ("tuned on", scan_tables.TUNED), ("held out", scan_tables.HELD_OUT)):
        print(_scanned(name, sum((counts[locale] for locale in locales), Counter())))


def _scanned(name: str, count: Counter[str]) -> str:
    found, missed, wrong = count["found"], count["missed"], count["wrong"]
    f1 = 2 * found / max(1, 2 * found + missed + wrong)
    return f"| {name} | {count['columns']} | {found} | {missed} | {wrong} | {f1:.3f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scan", action="store_true")
    parser.add_argument("--tables", type=int, default=7, help="with --scan: of each language")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--wrong", action="store_true", help="with --scan: name the columns that are taken for others")
    parser.add_argument("--rows", type=int, default=60)
    parser.add_argument("--adapter", default="default")
    arguments = parser.parse_args()
    masker = Masker.load(arguments.adapter)
    if arguments.scan:
        scan(masker, arguments.tables, arguments.rows, arguments.seed, wrong=arguments.wrong)
        return
    print("| layout | locale | found % | whole % | others touched % | seconds |\n| --- | --- | --- | --- | --- | --- |")
    layouts: tuple[Layout, ...] = (ALONE, HEADING, ROW)
    for layout in layouts:
        totals = [0, 0, 0, 0, 0]
        took = 0.0
        for locale in LOCALES:
            table = list(cells(locale, arguments.rows))
            begin = time.perf_counter()
            found = find_in_cells(masker, [cell for cell, _ in table], layout)
            seconds = time.perf_counter() - begin
            took += seconds
            counts = [0, 0, 0, 0, 0]  # personal cells, of them with something found, wholly; other cells, touched
            for (cell, personal), spans in zip(table, found, strict=True):
                left = "".join(
                    c for at, c in enumerate(cell.text) if c.isalnum() and not any(s.start <= at < s.end for s in spans)
                )
                if personal:
                    counts[0] += 1
                    counts[1] += bool(spans)
                    counts[2] += not left
                else:
                    counts[3] += 1
                    counts[4] += bool(spans)
            totals = [total + count for total, count in zip(totals, counts, strict=True)]
            print(_line(layout, locale, counts, seconds))
        print(_line(layout, "all", totals, took), flush=True)


def _line(layout: str, locale: str, counts: list[int], seconds: float) -> str:
    personal, some, whole, others, touched = counts
    return (
        f"| {layout} | {locale} | {100 * some / personal:.1f} | {100 * whole / personal:.1f} | "
        f"{100 * touched / others:.1f} | {seconds:.1f} |"
    )


if __name__ == "__main__":
    main()
