"""Tables with headings in twelve languages and values by Faker, each column with the labels that fit what it holds."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from faker import Faker

from loredact.formats import Cell

# Scanning was tuned on the first nine, and is judged on the others too.
TUNED = ("en_US", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_PT", "pl_PL", "sv_SE")
HELD_OUT = ("da_DK", "fi_FI", "cs_CZ")
LOCALES = TUNED + HELD_OUT

NAME, NUMBER, ADDRESS = "name", "number", "address"
_NAMES = frozenset({"PERSON"})
_PHONE = frozenset({"PHONE_NUMBER"})
_IBAN = frozenset({"IBAN_CODE", "BANK_ACCOUNT"})
_CARD = frozenset({"CREDIT_CARD"})
_CUSTOMER = frozenset({"CUSTOMER_ID"})
_PLACE = frozenset({"STREET_ADDRESS", "LOCATION"})


# Of all languages in one: who keeps a table writes as they like.
_REMARKS = (
    "rang twice, nobody answered", "wants the invoice again", "leave it at the back door", "refund sent on Monday",
    "bitte vor 10 Uhr liefern", "Rechnung fehlt noch", "wartet auf Ersatzteil", "colis abîmé, à remplacer",
    "rappeler demain matin", "sonnette en panne", "llamar por la tarde", "falta una pieza", "consegnare al piano terra",
    "bel twee keer", "factuur ontbreekt", "entregar depois das 18h", "paczka uszkodzona", "leverera till baksidan",
    "leveres bagved", "soittaa huomenna", "zavolat odpoledne",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of column: what it is counted as (None: it holds nothing personal), the labels that fit, its headings by
    locale, of which a table takes one, and its values.
    """

    group: str | None
    labels: frozenset[str]
    headings: dict[str, tuple[str, ...]]
    value: Callable[[Faker, random.Random], str]


def _headings(*by_locale: str) -> dict[str, tuple[str, ...]]:
    return {locale: tuple(names.split("|")) for locale, names in zip(LOCALES, by_locale, strict=True)}


KINDS = (
    Kind(NAME, _NAMES, _headings(
        "name|customer_name|contact", "Name|Kunde|Ansprechpartner", "nom|client|nom_complet",
        "nombre|cliente|nombre_completo", "nome|cliente|nominativo", "naam|klant|contactpersoon",
        "nome|cliente|nome_completo", "nazwisko_i_imie|klient|osoba", "namn|kund|kontaktperson",
        "navn|kundenavn|kontakt", "nimi|asiakas|yhteyshenkilö", "jméno|zákazník|kontakt",
    ), lambda f, r: f.name()),
    Kind(NAME, _NAMES, _headings(
        "last_name|surname|LNAME", "Nachname|Familienname|NACHNAME", "nom_de_famille|nom|NOM",
        "apellido|apellidos|APELLIDO1", "cognome|COGNOME|cognome_cliente", "achternaam|familienaam|ACHTERNAAM",
        "apelido|sobrenome|APELIDO", "nazwisko|NAZWISKO|nazwisko_klienta", "efternamn|EFTERNAMN|kund_efternamn",
        "efternavn|EFTERNAVN|kunde_efternavn", "sukunimi|SUKUNIMI|asiakkaan_sukunimi", "příjmení|prijmeni|PRIJMENI",
    ), lambda f, r: f.last_name()),
    Kind(NAME, _NAMES, _headings(
        "first_name|given_name|FNAME", "Vorname|VORNAME|Rufname", "prénom|prenom|PRENOM",
        "nombre_de_pila|nombre|NOMBRE", "nome_proprio|nome|NOME", "voornaam|VOORNAAM|roepnaam",
        "nome_proprio|primeiro_nome|NOME", "imię|imie|IMIE", "förnamn|fornamn|FORNAMN",
        "fornavn|FORNAVN|kaldenavn", "etunimi|ETUNIMI|kutsumanimi", "křestní_jméno|jmeno|JMENO",
    ), lambda f, r: f.first_name()),
    Kind(NUMBER, _PHONE, _headings(
        "phone|mobile|tel", "Telefon|Mobil|Tel.", "téléphone|portable|tel", "teléfono|móvil|tel",
        "telefono|cellulare|tel",
        "telefoon|mobiel|tel", "telefone|telemóvel|tel", "telefon|komórka|tel", "telefon|mobil|tel",
        "telefon|mobil|tlf", "puhelin|matkapuhelin|puh", "telefon|mobil|tel",
    ), lambda f, r: f.phone_number()),
    Kind(NUMBER, _IBAN, _headings(
        "iban|account|bank_account", "IBAN|Konto|Bankverbindung", "iban|compte|IBAN_client", "iban|cuenta|IBAN",
        "iban|conto|IBAN", "iban|rekening|IBAN", "iban|conta|IBAN", "iban|konto|IBAN", "iban|konto|IBAN",
        "iban|konto|bankkonto", "iban|tili|tilinumero", "iban|účet|číslo_účtu",
    ), lambda f, r: f.iban()),
    Kind(NUMBER, _CARD, _headings(
        "card_number|credit_card|card", "Kartennummer|Kreditkarte|Karte", "numéro_de_carte|carte|carte_bancaire",
        "tarjeta|número_de_tarjeta|tarjeta", "carta|numero_carta|carta_di_credito", "kaart|kaartnummer|creditcard",
        "cartão|número_do_cartão|cartão", "karta|numer_karty|karta", "kort|kortnummer|kreditkort",
        "kort|kortnummer|kreditkort", "kortti|kortin_numero|luottokortti", "karta|číslo_karty|platební_karta",
    ), lambda f, r: f.credit_card_number()),
    Kind(NUMBER, _CUSTOMER, _headings(
        "customer_no|member_id|customer_id", "Kundennummer|Kd-Nr|Mitgliedsnummer",
        "numéro_client|no_client|id_adhérent",
        "número_de_cliente|id_cliente|nº_socio", "numero_cliente|id_cliente|codice_cliente",
        "klantnummer|klant_id|lidnummer", "número_de_cliente|id_cliente|nº_sócio",
        "numer_klienta|id_klienta|nr_klienta", "kundnummer|kund_id|medlemsnummer",
        "kundenummer|kunde_id|medlemsnummer", "asiakasnumero|asiakas_id|jäsennumero",
        "číslo_zákazníka|zákazník_id|členské_číslo",
    ), lambda f, r: f"KD-{r.randrange(10**6):06d}"),
    Kind(ADDRESS, _PLACE, _headings(
        "address|shipping_address|addr", "Anschrift|Adresse|Lieferadresse", "adresse|adresse_livraison|adr",
        "dirección|domicilio|direccion", "indirizzo|residenza|INDIRIZZO", "adres|afleveradres|woonadres",
        "morada|endereço|MORADA", "adres|adres_dostawy|ADRES", "adress|leveransadress|ADRESS",
        "adresse|leveringsadresse|ADRESSE", "osoite|toimitusosoite|OSOITE", "adresa|dodací_adresa|ADRESA",
    ), lambda f, r: f.address().replace("\n", ", ")),
    Kind(ADDRESS, _PLACE, _headings(
        "street|street_address|line1", "Straße|Strasse|STRASSE", "rue|voie|adresse1", "calle|vía|calle",
        "via|strada|VIA",
        "straat|straatnaam|STRAAT", "rua|arruamento|RUA", "ulica|ULICA|ul", "gata|gatuadress|GATA",
        "gade|vej|gadeadresse", "katu|katuosoite|KATU", "ulice|ULICE|ulice_a_číslo",
    ), lambda f, r: f.street_address()),
    Kind(ADDRESS, _PLACE, _headings(
        "city|town|CITY", "Ort|Stadt|Wohnort", "ville|commune|VILLE", "ciudad|localidad|CIUDAD", "città|comune|CITTA",
        "plaats|woonplaats|stad", "cidade|localidade|CIDADE", "miasto|miejscowość|MIASTO", "ort|stad|postort",
        "by|postby|BY", "kaupunki|paikkakunta|KAUPUNKI", "město|obec|MESTO",
    ), lambda f, r: f.city()),
    Kind(None, frozenset(), _headings(*["id|row|nr"] * 12), lambda f, r: str(r.randrange(1000, 99999))),
    Kind(None, frozenset(), _headings(
        "status|state|STATUS", "Status|Zustand|Stand", "statut|état|STATUT", "estado|situación|ESTADO",
        "stato|STATO|esito",
        "status|toestand|STATUS", "estado|situação|ESTADO", "status|stan|STATUS", "status|läge|STATUS",
        "status|tilstand|STATUS", "tila|vaihe|TILA", "stav|STAV|status",
    ), lambda f, r: r.choice(("new", "open", "shipped", "returned", "closed"))),
    Kind(None, frozenset(), _headings(
        "amount|total|price", "Betrag|Summe|Preis", "montant|total|prix", "importe|total|precio",
        "importo|totale|prezzo",
        "bedrag|totaal|prijs", "montante|total|preço", "kwota|suma|cena", "belopp|summa|pris",
        "beløb|total|pris", "summa|yhteensä|hinta", "částka|celkem|cena",
    ), lambda f, r: f"{r.uniform(1, 900):.2f}"),
    Kind(None, frozenset(), _headings(
        "product|item|article", "Artikel|Produkt|Ware", "produit|article|désignation",
        "producto|artículo|descripción",
        "prodotto|articolo|descrizione", "product|artikel|omschrijving", "produto|artigo|descrição",
        "produkt|towar|artykuł", "produkt|artikel|vara",
        "produkt|vare|beskrivelse", "tuote|nimike|kuvaus", "produkt|zboží|popis",
    ), lambda f, r: r.choice((
        "Desk lamp", "USB-C cable 2m", "Garden hose", "Notebook A5", "Steel bottle 0.7 l", "Paris chair", "Ada shelf",
        "Tea towel (3)", "Florence rug 2x3", "Marker set", "Hammer 300 g", "Jacket, blue",
    ))),
    Kind(None, frozenset(), _headings(
        "reference|order_no|order_ref", "Referenz|Bestellnummer|Auftrag", "référence|commande|no_commande",
        "referencia|pedido|nº_pedido", "riferimento|ordine|numero_ordine", "referentie|bestelnummer|order",
        "referência|encomenda|nº_encomenda", "referencja|zamówienie|nr_zamówienia", "referens|ordernummer|order",
        "reference|ordre|ordrenummer", "viite|tilaus|tilausnumero", "reference|objednávka|číslo_objednávky",
    ), lambda f, r: f"{r.choice('ABCDEF')}{r.randrange(10**5):05d}-{r.randrange(100):02d}"),
    Kind(None, frozenset(), _headings(
        "sku|part_no|ean", "Artikelnummer|EAN|Teilenummer", "référence_article|ean|sku", "código|ean|sku",
        "codice_articolo|ean|sku", "artikelnummer|ean|sku", "código_artigo|ean|sku", "kod_towaru|ean|sku",
        "artikelnummer|ean|sku",
        "varenummer|ean|sku", "tuotenumero|ean|sku", "kód_zboží|ean|sku",
    ), lambda f, r: f.ean13()),
    Kind(None, frozenset(), _headings(
        "quantity|qty|count", "Menge|Anzahl|Stück", "quantité|qté|nombre_de_pièces", "cantidad|cant|unidades",
        "quantità|qta|pezzi", "aantal|hoeveelheid|stuks", "quantidade|qtd|unidades", "ilość|liczba|szt",
        "antal|mängd|st",
        "antal|mængde|stk", "määrä|lkm|kpl", "množství|počet|ks",
    ), lambda f, r: str(r.randrange(1, 60))),
    Kind(None, frozenset(), _headings(
        "category|department|team", "Kategorie|Abteilung|Warengruppe", "catégorie|service|rayon",
        "categoría|departamento|sección", "categoria|reparto|settore", "categorie|afdeling|groep",
        "categoria|departamento|secção", "kategoria|dział|grupa", "kategori|avdelning|grupp",
        "kategori|afdeling|gruppe", "luokka|osasto|ryhmä", "kategorie|oddělení|skupina",
    ), lambda f, r: r.choice(("Garden", "Kitchen", "Sales", "Tools", "Returns", "Office", "Support"))),
    Kind(None, frozenset(), _headings(
        "note|comment|remark", "Notiz|Bemerkung|Kommentar", "note|remarque|commentaire",
        "nota|observación|comentario",
        "nota|osservazione|commento", "notitie|opmerking|toelichting", "nota|observação|comentário",
        "uwagi|notatka|komentarz", "anteckning|anmärkning|kommentar",
        "note|bemærkning|kommentar", "huomautus|muistiinpano|kommentti", "poznámka|komentář|POZNAMKA",
    ), lambda f, r: r.choice(_REMARKS)),
)  # fmt: skip


def tables(locale: str, count: int, rows: int, seed: int) -> Iterator[list[tuple[Kind, str, list[str]]]]:
    """Tables of eight columns each, in any order: kind, heading and values."""
    faker, rng = Faker(locale), random.Random(f"{locale} {seed}")
    faker.seed_instance(rng.randrange(10**9))
    for _ in range(count):
        columns: dict[str, tuple[Kind, str, list[str]]] = {}
        for kind in rng.sample(KINDS, 8):
            heading = rng.choice(kind.headings[locale])
            if heading not in columns:
                columns[heading] = (kind, heading, [kind.value(faker, rng) for _ in range(rows)])
        yield list(columns.values())


def cells(columns: list[tuple[Kind, str, list[str]]]) -> Iterator[Cell]:
    """The table's cells, row by row."""
    for row in range(len(columns[0][2])):
        for _, heading, values in columns:
            yield Cell(values[row], f"row {row + 1}, column {heading}", heading, row)
