"""What a scan calls columns: by their headings, but where those may be personal."""

import json
from pathlib import Path

import openpyxl
import pytest

from loredact import Masker
from loredact.bases import Base
from loredact.batch.scan import ColumnReport, scan_files
from loredact.batch.scan_report import as_json, as_page
from tests.cli.running import run

ORDINARY = (
    "Nachname", "Adresse", "téléphone", "Herr/Frau", "City", "Paris_office", "Geburtsdatum", "Straße", "Bundesland",
    "Betreuer", "code postal", "prénom", "Fecha de nacimiento", "Correo electrónico", "Cognome", "indirizzo",
    "Woonplaats", "Nazwisko", "Efternamn", "Puhelin", "Město", "Telefonszám", "Фамилия", "Город", "customer_id",
    "Date of birth", "createdAt", "status", "user.name", "E-Mail", "Phone number", "Vendor",
    "mother_maiden_name", "billing_address",
)  # fmt: skip
PERSONAL = (
    "Ada Lovelace", "ada.lovelace@example.com", "Renée Müller", "Okonkwo-Bright", "+44 1947 555 0134",
    "48 Harbour Lane", "李伟", "Иван Петров", "DE89370400440532013000", "Schmidt, Maria",
)  # fmt: skip


@pytest.fixture(scope="module", params=["default", "fast"])
def masker(request: pytest.FixtureRequest, multilingual_base: Base) -> Masker:
    return Masker.load(str(request.param))


def scanned(masker: Masker, file: Path) -> list[ColumnReport]:
    found = list(scan_files([file], masker, 1_000))
    assert all(isinstance(column, ColumnReport) for column in found)
    return [column for column in found if isinstance(column, ColumnReport)]


def names(masker: Masker, file: Path) -> list[str]:
    return [column.column for column in scanned(masker, file)]


def test_ordinary_headings_in_many_languages_are_shown(masker: Masker, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([dict.fromkeys(ORDINARY, "well")] * 3))
    assert names(masker, tmp_path / "a.json") == list(ORDINARY)


def test_keys_that_are_people_are_told_by_their_place(masker: Masker, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"total": "none", **dict.fromkeys(PERSONAL, "paid")}))
    columns = scanned(masker, tmp_path / "a.json")
    assert [column.column for column in columns] == ["total", *(f"key {n}" for n in range(2, len(PERSONAL) + 2))]
    for told in (json.dumps(as_json(columns), ensure_ascii=False), as_page(columns)):
        assert not [value for value in PERSONAL if value in told]


def test_surnames_that_are_keys_are_told_by_their_place(masker: Masker, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"lovelace": "x", "Vanstone": "y", "müller": "z"}')
    assert names(masker, tmp_path / "a.json") == ["key 1", "key 2", "key 3"]


def test_first_row_that_is_only_likely_to_be_headings_is_told_by_its_columns(masker: Masker, tmp_path: Path) -> None:
    rows = "\n".join(f"well,4{n},1{n}.5" for n in range(9))
    (tmp_path / "a.csv").write_text(f"note,Zebulon Vanstone,Renée Müller\n{rows}\n")
    assert names(masker, tmp_path / "a.csv") == ["", "note", "column 2", "column 3"]


def test_headings_that_are_certain_stay(masker: Masker, tmp_path: Path) -> None:
    rows = "\n".join(f"{n},Ada Lovelace {n},x,y" for n in range(9))
    (tmp_path / "a.csv").write_text(f"row_id,customer_name,Name,paul_erdos_note\n{rows}\n")
    assert names(masker, tmp_path / "a.csv") == ["row_id", "customer_name", "Name", "paul_erdos_note"]


def test_headings_of_a_sheet_that_are_people_are_told_by_their_columns(masker: Masker, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Name", "Zebulon Vanstone", "Betrag"], ["x", 3, 4], ["y", 5, 6]):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    told = names(masker, tmp_path / "a.xlsx")
    assert "Zebulon Vanstone" not in told
    assert {"Name", "column B", "Betrag"} <= set(told)


def test_number_behind_a_known_word_is_not_shown(masker: Masker, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"phone 555 0134": "x", "customer 2093155": "y", "phone 2": "z", "name": "v"}')
    assert names(masker, tmp_path / "a.json") == ["key 1", "key 2", "phone 2", "name"]


def test_a_text_that_is_a_key_and_no_name_of_a_field_is_not_shown(masker: Masker, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"well, then!": "x", "a" * 65: "y", "key 1": "z"}))
    told = names(masker, tmp_path / "a.json")
    assert told == ["key 1 (1)", "key 2", "key 1"]
    assert len(set(told)) == len(told)


def test_command_prints_no_key_that_is_a_person(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"Ada Lovelace": "paid", "ada@example.com": "paid", "status": "paid"}')
    for more in ([], ["--json"], ["--report", str(tmp_path / "scan.html")]):
        done = run("scan", tmp_path / "a.json", *more)
        told = (done.stdout + done.stderr).decode()
        assert "key 1" in told
        assert "status" in told
        assert "Lovelace" not in told
        assert "ada@" not in told
    assert "Lovelace" not in (tmp_path / "scan.html").read_text()
