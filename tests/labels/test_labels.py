"""Maps between sets of labels: total, consistent with the documentation, and fair to what is ignored."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from loredact.bases import Base
from loredact.cli.app import app
from loredact.corpora import scan_corpus
from loredact.document import Document, Span
from loredact.errors import InputError
from loredact.evaluation import evaluate
from loredact.labels import LABELS, read_map, shipped_maps
from loredact.labels.table import SETS, apart_table, names_table
from loredact.synthetic import values
from tests.conftest import random_tagger, write_lines

PAGE = (Path(__file__).parents[2] / "docs" / "labels.md").read_text(encoding="utf-8")
EVERY_MAP = pytest.mark.parametrize("name", shipped_maps())

# What each set holds by its own documentation.
THEIR_LABELS = {
    "presidio": """
        CREDIT_CARD CRYPTO DATE_TIME EMAIL_ADDRESS IBAN_CODE IP_ADDRESS MAC_ADDRESS NRP LOCATION PERSON
        PHONE_NUMBER MEDICAL_LICENSE URL US_BANK_NUMBER US_DRIVER_LICENSE US_ITIN US_MBI US_NPI US_PASSPORT
        US_SSN UK_NHS UK_NINO ES_NIF ES_NIE IT_FISCAL_CODE IT_DRIVER_LICENSE IT_VAT_CODE IT_PASSPORT
        IT_IDENTITY_CARD PL_PESEL SG_NRIC_FIN SG_UEN AU_ABN AU_ACN AU_TFN AU_MEDICARE IN_PAN IN_AADHAAR
        IN_VEHICLE_REGISTRATION IN_VOTER IN_PASSPORT IN_GSTIN FI_PERSONAL_IDENTITY_CODE KR_DRIVER_LICENSE
        KR_FRN KR_PASSPORT KR_BRN KR_RRN TH_TNIN ORGANIZATION AGE ID""",
    "presidio-evaluator": """
        PERSON STREET_ADDRESS GPE ORGANIZATION CREDIT_CARD DATE_TIME TITLE PHONE_NUMBER AGE NRP EMAIL_ADDRESS
        ZIP_CODE DOMAIN_NAME IBAN_CODE US_SSN IP_ADDRESS US_DRIVER_LICENSE""",
    "openai-privacy-filter": """
        private_person private_email private_phone private_address private_date private_url account_number
        secret""",
    "ai4privacy": """
        ACCOUNTNAME ACCOUNTNUMBER AGE AMOUNT BIC BITCOINADDRESS BUILDINGNUMBER CITY COMPANYNAME COUNTY
        CREDITCARDCVV CREDITCARDISSUER CREDITCARDNUMBER CURRENCY CURRENCYCODE CURRENCYNAME CURRENCYSYMBOL DATE
        DOB EMAIL ETHEREUMADDRESS EYECOLOR FIRSTNAME GENDER HEIGHT IBAN IP IPV4 IPV6 JOBAREA JOBTITLE JOBTYPE
        LASTNAME LITECOINADDRESS MAC MASKEDNUMBER MIDDLENAME NEARBYGPSCOORDINATE ORDINALDIRECTION PASSWORD
        PHONEIMEI PHONENUMBER PIN PREFIX SECONDARYADDRESS SEX SSN STATE STREET TIME URL USERAGENT USERNAME
        VEHICLEVIN VEHICLEVRM ZIPCODE BOD BUILDING CARDISSUER COUNTRY DRIVERLICENSE GEOCOORD GIVENNAME1
        GIVENNAME2 IDCARD LASTNAME1 LASTNAME2 LASTNAME3 PASS PASSPORT POSTCODE SECADDRESS SOCIALNUMBER TEL
        TITLE ACCOUNTNUM BUILDINGNUM DATEOFBIRTH DRIVERLICENSENUM GIVENNAME IDCARDNUM SOCIALNUM SURNAME TAXNUM
        TELEPHONENUM""",
    "meddocan": """
        NOMBRE_SUJETO_ASISTENCIA EDAD_SUJETO_ASISTENCIA SEXO_SUJETO_ASISTENCIA FAMILIARES_SUJETO_ASISTENCIA
        NOMBRE_PERSONAL_SANITARIO FECHAS PROFESION HOSPITAL CENTRO_SALUD INSTITUCION CALLE TERRITORIO PAIS
        NUMERO_TELEFONO NUMERO_FAX CORREO_ELECTRONICO ID_SUJETO_ASISTENCIA ID_CONTACTO_ASISTENCIAL
        ID_ASEGURAMIENTO ID_TITULACION_PERSONAL_SANITARIO ID_EMPLEO_PERSONAL_SANITARIO
        IDENTIF_VEHICULOS_NRSERIE_PLACAS IDENTIF_DISPOSITIVOS_NRSERIE DIREC_PROT_INTERNET URL_WEB
        IDENTIF_BIOMETRICOS OTRO_NUMERO_IDENTIF OTROS_SUJETO_ASISTENCIA NUMERO_BENEF_PLAN_SALUD""",
    "tab": "PERSON CODE LOC ORG DEM DATETIME QUANTITY MISC",
}


@EVERY_MAP
def test_a_map_is_total_over_the_set_it_names_and_leads_to_our_labels(name: str) -> None:
    labels = read_map(name)
    assert set(THEIR_LABELS[name].split()) <= labels.theirs_to_ours.keys()
    assert {ours for ours in labels.theirs_to_ours.values() if ours} <= set(LABELS)
    assert labels.ours_to_theirs.keys() <= set(LABELS)
    for ours in LABELS:
        labels.to_theirs(ours)  # none of ours is left ambiguous


@EVERY_MAP
def test_what_has_one_name_on_either_side_comes_back_as_it_was(name: str) -> None:
    labels = read_map(name)
    for ours in LABELS:
        if len(labels.sources(ours)) == 1:
            theirs = labels.sources(ours)[0]
            assert (labels.to_theirs(ours), labels.to_ours(theirs)) == (theirs, ours)


@EVERY_MAP
def test_a_name_of_ours_never_becomes_one_of_theirs_that_is_kept_apart(name: str) -> None:
    labels = read_map(name)
    assert not {labels.to_theirs(ours) for ours in LABELS} & set(labels.kept_apart)


@pytest.mark.parametrize(
    ("name", "corpus", "kinds"),
    [("presidio-evaluator", "presidio-synth-v2", 17), ("tab", "tab", 8), ("meddocan", "meddocan", 22)],
)
def test_every_label_of_a_corpus_is_mapped(name: str, corpus: str, kinds: int, corpora: Path) -> None:
    files = sorted(corpora.glob(f"{corpus}*.jsonl.gz"))
    documents = [document for file in files for document in scan_corpus(file).documents]
    seen = {span.label for document in documents for span in document.spans}
    assert len(seen) == kinds
    mapped, apart = read_map(name).documents(documents)
    assert {span.label for document in mapped for span in document.spans} <= set(LABELS)
    spans = sum(len(document.spans) for document in mapped) + sum(map(len, apart))
    assert spans == sum(len(document.spans) for document in documents)


def test_documents_take_our_labels_and_part_from_what_is_kept_apart() -> None:
    text = "Dr. Ada Lovelace of Initech, SW1A 1AA"
    spans = (Span(0, 3, "TITLE"), Span(4, 16, "PERSON", extra={"id": 3}), Span(20, 27, "ORGANIZATION"))
    zipcode = Span(29, 37, "ZIP_CODE")
    documents, apart = read_map("presidio-evaluator").documents([Document(text, (*spans, zipcode)), Document("none")])
    kept = (Span(4, 16, "PERSON"), Span(20, 27, "ORGANIZATION"), Span(29, 37, "LOCATION"))
    assert documents == [Document(text, kept), Document("none")]
    assert documents[0].spans[0].extra == {"id": 3}
    assert apart == [(Span(0, 3, "TITLE"),), ()]


def test_labels_that_a_map_does_not_know_are_named_and_the_text_is_not() -> None:
    with pytest.raises(InputError, match=r"presidio does not know GPE, ZZ\.") as caught:
        read_map("presidio").documents([Document("Zebulon", (Span(0, 3, "ZZ"), Span(3, 7, "GPE")))])
    assert "Zeb" not in str(caught.value)
    with pytest.raises(InputError, match="does not know GPE"):
        read_map("presidio").to_ours("GPE")


def test_the_way_back_is_derived_where_it_is_plain_and_asked_for_where_it_is_not(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text("theirs-to-ours: {name: PERSON, town: LOCATION, land: LOCATION, ward: null}")
    labels = read_map(path)
    assert labels.to_theirs("PERSON") == "name"
    assert labels.to_theirs("URL") is None
    with pytest.raises(InputError, match="LOCATION from town, land"):
        labels.to_theirs("LOCATION")
    path.write_text(path.read_text() + "\nours-to-theirs: {LOCATION: town, URL: null}")
    assert read_map(str(path)).to_theirs("LOCATION") == "town"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("theirs-to-ours: {", "cannot be read as YAML"),
        ("- PERSON", "must hold `theirs-to-ours:`"),
        ("ours-to-theirs: {A: B}", "theirs-to-ours: Field required"),
        ("theirs-to-ours: {}", "theirs-to-ours"),
        ("theirs-to-ours: {NO: PERSON}", "should be a valid string"),
        ("theirs-to-ours: {A: [B, C]}", r"theirs-to-ours\.A"),
        ("theirs-to-ours: {A: ''}", "at least 1 character"),
        ("theirs-to-ours: {A: B}\ntheirs: {}", "Extra inputs"),
        ("theirs-to-ours:\n  A: B\n  C: B\n  A: C\n", "more than once under one heading: A"),
        ("theirs-to-ours: {A: B}\nours-to-theirs: {B: C}", "names what theirs-to-ours does not: C"),
    ],
)
def test_a_file_that_is_no_map_says_why(content: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(content)
    with pytest.raises(InputError, match=reason):
        read_map(path)


def test_a_map_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no such map.*meddocan, openai-privacy-filter, presidio"):
        read_map("presidoi")
    with pytest.raises(InputError, match="cannot be read"):
        read_map(tmp_path)


# What follows is counted by hand: "Ms Ada at Initech" has "Ms" and "Initech" ignored and "Ada" labelled.
TEXT = "Ms Ada at Initech"
ADA, MS, INITECH = Span(3, 6, "PERSON"), Span(0, 2, "TITLE"), Span(10, 17, "ORG")


def test_a_predicted_span_within_one_kept_apart_counts_nowhere_but_is_reported() -> None:
    found = (ADA, Span(10, 14, "PERSON"), Span(0, 3, "LOCATION"))  # "Ada", "Init", "Ms "
    result = evaluate([Document(TEXT, (ADA,))], [Document(TEXT, found)], [(MS, INITECH)])
    for figures in (result.strict, result.spans, result.labels["PERSON"]):
        assert (figures.right, figures.predicted, figures.labelled) == (1, 1, 1)
    assert (result.characters.right, result.characters.predicted, result.characters.labelled) == (3, 3, 3)
    assert result.labels.keys() == {"PERSON"}
    assert result.as_json()["apart"] == {
        "ORG": {"share": 4 / 7, "covered": 4, "characters": 7},
        "TITLE": {"share": 1.0, "covered": 2, "characters": 2},
    }


def test_a_predicted_span_that_reaches_beyond_counts_by_its_other_characters() -> None:
    found = (Span(0, 6, "PERSON"), Span(7, 17, "PERSON"))  # "Ms Ada", "at Initech"
    result = evaluate([Document(TEXT, (ADA,))], [Document(TEXT, found)], [(MS, INITECH)])
    assert (result.strict.right, result.strict.predicted, result.strict.labelled) == (0, 2, 1)
    assert (result.characters.right, result.characters.predicted, result.characters.labelled) == (3, 5, 3)
    assert result.leak_free == 1.0
    assert (result.apart["ORG"].covered, result.apart["TITLE"].covered) == (7, 2)


def test_what_is_kept_apart_is_not_missed_either() -> None:
    documents = [Document(TEXT, (ADA,)), Document(TEXT)]
    result = evaluate(documents, documents, [(MS, INITECH), (MS,)])
    assert (result.strict.f1, result.characters.f1, result.leak_free) == (1.0, 1.0, 1.0)
    assert (result.apart["TITLE"].covered, result.apart["TITLE"].characters) == (0, 4)


def test_with_nothing_kept_apart_the_figures_are_what_they_were() -> None:
    documents = [Document(TEXT, (ADA,)), Document(TEXT)]
    found = [Document(TEXT, (Span(2, 3, "X"), MS)), Document(TEXT, (INITECH,))]
    assert evaluate(documents, found).as_json() == evaluate(documents, found, [(), ()]).as_json()
    with pytest.raises(ValueError, match="shorter"):
        evaluate(documents, found, [()])


def test_the_page_says_what_the_maps_say() -> None:
    assert SETS.keys() == set(shipped_maps())
    assert names_table() in PAGE, "python -m loredact.labels.table prints the tables for docs/labels.md"
    assert apart_table() in PAGE, "python -m loredact.labels.table prints the tables for docs/labels.md"


def test_every_label_is_documented_with_an_example_and_no_other_is() -> None:
    first_table = PAGE.split("## Names in other sets")[0]
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+) \| (.+) \| (.*\*\*.+\*\*.*) \|$", first_table, flags=re.MULTILINE)
    assert tuple(row[0] for row in rows) == LABELS


def test_the_synthetic_corpus_makes_every_label_of_ours_but_two() -> None:
    slots = {*values.PERSONAL, *values.OF_A_PERSON, *values.LABELS}
    made = {values.LABELS.get(slot, slot) for slot in slots}
    assert made == set(LABELS) - {"NRP", "QUANTITY"}


def test_presidio_gave_its_names_where_it_has_one() -> None:
    presidio = read_map("presidio")
    assert all(presidio.to_ours(label) == label for label in LABELS if label in presidio.theirs_to_ours)


def test_evaluate_takes_a_map_and_tells_what_was_kept_apart(tmp_path: Path, tiny_base: Base) -> None:
    random_tagger(tiny_base, ("PERSON",)).save(tmp_path / "adapter")
    spans: list[object] = [{"start": s.start, "end": s.end, "label": s.label} for s in (MS, ADA)]
    data = write_lines(tmp_path / "data.jsonl", [{"text": TEXT, "spans": spans}])
    own = tmp_path / "own.yaml"
    own.write_text("theirs-to-ours: {PERSON: PERSON, TITLE: null}")
    command = ["evaluate", str(data), "--adapter", str(tmp_path / "adapter"), "--labels"]
    figures = json.loads(CliRunner().invoke(app, [*command, str(own), "--json"]).stdout)
    assert figures["apart"]["TITLE"]["characters"] == 2
    assert (figures["characters"]["labelled"], figures["labels"]["PERSON"]["labelled"]) == (3, 1)
    told = CliRunner().invoke(app, [*command, "presidio-evaluator"]).stdout
    assert re.search(r"ignored: TITLE, [0-2] of 2 characters masked", told)
    refused = CliRunner().invoke(app, [*command, "presidio"])
    assert isinstance(refused.exception, InputError)
    assert "presidio does not know TITLE" in str(refused.exception)
