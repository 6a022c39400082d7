"""Numbers that name a person: in the formats that are in use, with their check digits where python-stdnum makes them.

German tax numbers, Austrian social security numbers and Bitcoin addresses have none that hold.
"""

import string
from collections.abc import Callable
from random import Random

import phonenumbers
from stdnum import imei, luhn
from stdnum.au import tfn
from stdnum.be import nn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.cz import rc
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.gr import vat
from stdnum.in_ import aadhaar, pan
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import nip, pesel
from stdnum.pt import cc, nif
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.us import ssn

_REGIONS = {
    "en": ("US", "US", "US", "GB", "GB", "CA", "AU", "IE", "NZ", "IN", "ZA", "NG"),
    "de": ("DE", "DE", "AT", "CH"),
    "es": ("ES", "ES", "MX", "AR", "CO"),
    "fr": ("FR", "FR", "BE", "CA"),
    "it": ("IT", "IT", "CH"),
    "nl": ("NL", "NL", "BE"),
    "pt": ("PT", "PT", "BR"),
    "pl": ("PL",),
    "cs": ("CZ", "CZ", "CZ", "SK"),
    "sv": ("SE", "SE", "SE", "FI"),
    "da": ("DK",),
    "no": ("NO",),
    "fi": ("FI",),
    "hu": ("HU",),
    "ro": ("RO", "RO", "RO", "MD"),
    "el": ("GR", "GR", "GR", "CY"),
}
_TRIES = 2000


def fill(pattern: str, random: Random) -> str:
    """`pattern` with a digit for each `#`, a capital letter for each `?`, and either for each `*`."""
    makers = {"#": string.digits, "?": string.ascii_uppercase, "*": string.digits + string.ascii_uppercase}
    return "".join(random.choice(makers[mark]) if mark in makers else mark for mark in pattern)


def valid(pattern: str, is_valid: Callable[[str], bool], random: Random) -> str:
    """`pattern` filled so that `is_valid` holds."""
    for _ in range(_TRIES):
        value = fill(pattern, random)
        if is_valid(value):
            return value
    raise RuntimeError(f"nothing valid fits {pattern}")


def birth_digits(random: Random) -> tuple[str, str, str]:
    """Year (two digits), month and day of a birth."""
    return f"{random.randint(35, 99)}", f"{random.randint(1, 12):02d}", f"{random.randint(1, 28):02d}"


def national_id(language: str, random: Random) -> str:
    """The number of an identity card or of a person, of a country of the language or, at times, of any."""
    own = {
        "en": (_sin, _aadhaar, _nino, _south_africa),
        "de": (_personalausweis, _personalausweis, _austrian),
        "es": (_dni, _dni, _nie),
        "fr": (_nir, _nir, _belgian),
        "it": (_codice_fiscale,),
        "nl": (_bsn, _bsn, _belgian),
        "pt": (_cartao, _cartao, _cpf, _niss),
        "pl": (_pesel, _pesel, _pesel, _dowod),
        "cs": (_rodne_cislo, _rodne_cislo, _obcanka),
        "sv": (_personnummer, _personnummer, _long_personnummer),
        "da": (_cpr,),
        "no": (_fodselsnummer,),
        "fi": (_hetu,),
        "hu": (_szemelyi, _hungarian_card, _taj),
        "ro": (_cnp, _cnp, _cnp, _romanian_card),
        "el": (_amka, _greek_card, _greek_card),
    }[language]
    abroad = (_dni, _nir, _codice_fiscale, _bsn, _pesel, _personnummer, _hetu, _cpr, _cpf, _personalausweis)
    return random.choice(own if random.random() < 0.7 else abroad)(random)


def _dni(random: Random) -> str:
    digits = fill("########", random)
    return f"{digits}{random.choice(('', '', '-', ' '))}{dni.calc_check_digit(digits)}"


def _nie(random: Random) -> str:
    body = random.choice("XYZ") + fill("#######", random)
    return f"{body}{random.choice(('', '-'))}{nie.calc_check_digit(body)}"


def _nir(random: Random) -> str:
    year, month, _ = birth_digits(random)
    body = f"{random.choice('12')}{year}{month}{random.randint(1, 95):02d}" + fill("######", random)
    full = body + nir.calc_check_digits(body)
    return random.choice((full, nir.format(full)))


def _codice_fiscale(random: Random) -> str:
    year, _, day = birth_digits(random)
    consonants = "".join(random.choice("BCDFGLMNPRSTV") for _ in range(6))
    body = f"{consonants}{year}{random.choice('ABCDEHLMPRST')}{day}{random.choice('ABCDEFGHIL')}" + fill("###", random)
    return body + str(codicefiscale.calc_check_digit(body))


def _bsn(random: Random) -> str:
    number = valid("#########", bsn.is_valid, random)
    return random.choice((number, number, bsn.format(number)))


def _pesel(random: Random) -> str:
    return valid("".join(birth_digits(random)) + "#####", pesel.is_valid, random)


def _personnummer(random: Random) -> str:
    return valid("".join(birth_digits(random)) + "-####", personnummer.is_valid, random)


def _hetu(random: Random) -> str:
    year, month, day = birth_digits(random)
    return valid(f"{day}{month}{year}-###*", hetu.is_valid, random)


def _cpr(random: Random) -> str:
    year, month, day = birth_digits(random)
    return f"{day}{month}{year}{random.choice(('-', ''))}" + fill("####", random)


def _cpf(random: Random) -> str:
    number = fill("#########", random)
    full = next(number + end for end in map("{:02d}".format, range(100)) if cpf.is_valid(number + end))
    return cpf.format(full)


def _cartao(random: Random) -> str:
    body = fill("#########??", random)
    return cc.format(body + cc.calc_check_digit(body))


def _niss(random: Random) -> str:
    body = random.choice("12") + fill("#########", random)
    total = sum(int(d) * p for d, p in zip(body, (29, 23, 19, 17, 13, 11, 7, 5, 3, 2), strict=True))
    return f"{body}{9 - total % 10}"


def _dowod(random: Random) -> str:
    letters, digits = "A" + fill("??", random), fill("#####", random)
    values = [ord(c) - 55 for c in letters] + [int(d) for d in digits]
    check = sum(v * w for v, w in zip(values, (7, 3, 1, 7, 3, 1, 7, 3), strict=True)) % 10
    return f"{letters}{random.choice((' ', ''))}{check}{digits}"


def _rodne_cislo(random: Random) -> str:
    year, month, day = birth_digits(random)
    month = f"{int(month) + random.choice((0, 50)):02d}"
    number = valid(f"{year}{month}{day}####" if int(year) >= 54 else f"{year}{month}{day}###", rc.is_valid, random)
    return random.choice((f"{number[:6]}/{number[6:]}", f"{number[:6]}/{number[6:]}", number))


def _obcanka(random: Random) -> str:
    return fill("#########", random)


def _long_personnummer(random: Random) -> str:
    number = _personnummer(random)
    return random.choice(("19" + number, "19" + number.replace("-", ""), number.replace("-", "")))


def _fodselsnummer(random: Random) -> str:
    year, month, day = birth_digits(random)
    number = valid(f"{day}{month}{year}{random.randint(0, 4)}####", fodselsnummer.is_valid, random)
    return random.choice((number, f"{number[:6]} {number[6:]}"))


def _szemelyi(random: Random) -> str:
    year, month, day = birth_digits(random)
    while True:
        body = random.choice("12") + year + month + day + fill("###", random)
        check = sum(int(d) * place for place, d in enumerate(body, 1)) % 11
        if check < 10:
            return random.choice(
                (f"{body[0]}-{body[1:7]}-{body[7:]}{check}", f"{body[0]} {body[1:7]} {body[7:]}{check}")
            )


def _hungarian_card(random: Random) -> str:
    return fill(random.choice(("######??", "###### ??")), random)


def _taj(random: Random) -> str:
    body = fill("########", random)
    check = sum(int(d) * (3 if place % 2 == 0 else 7) for place, d in enumerate(body)) % 10
    return random.choice(
        (f"{body[:3]} {body[3:6]} {body[6:]}{check}", f"{body}{check}", f"{body[:3]}-{body[3:6]}-{body[6:]}{check}")
    )


def _adoazonosito(random: Random) -> str:
    while True:
        body = "8" + fill("########", random)
        check = sum(int(d) * place for place, d in enumerate(body, 1)) % 11
        if check < 10:
            return f"{body}{check}"


def _cnp(random: Random) -> str:
    year, month, day = birth_digits(random)
    body = random.choice("12") + year + month + day + f"{random.randint(1, 46):02d}{random.randint(1, 999):03d}"
    return body + cnp.calc_check_digit(body)


def _romanian_card(random: Random) -> str:
    letters = random.choice(("RX", "CJ", "TM", "KX", "XB", "ZC", "MZ", "RT", "SB", "DX"))
    return fill(random.choice((f"{letters} ######", f"{letters}######", f"seria {letters} nr. ######")), random)


def _amka(random: Random) -> str:
    year, month, day = birth_digits(random)
    body = day + month + year + fill("####", random)
    return body + luhn.calc_check_digit(body)


def _greek_card(random: Random) -> str:
    letters = "".join(random.choice("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ") for _ in range(2))
    return f"{letters}{random.choice((' ', '', '-'))}" + fill("######", random)


def _afm(random: Random) -> str:
    body = random.choice("01234") + fill("#######", random)
    return body + vat.calc_check_digit(body)


def _belgian(random: Random) -> str:
    number = valid("".join(birth_digits(random)) + "#####", nn.is_valid, random)
    return random.choice((number, nn.format(number)))


def _austrian(random: Random) -> str:
    year, month, day = birth_digits(random)
    return fill("#### ", random) + day + month + year


def _personalausweis(random: Random) -> str:
    allowed = "0123456789CFGHJKLMNPRTVWXYZ"
    body = random.choice("CFGHJKLMNPRTVWXYZ") + "".join(random.choice(allowed) for _ in range(8))
    weights = (7, 3, 1) * 3
    values = [int(c) if c.isdigit() else ord(c) - 55 for c in body]
    return body + str(sum(w * v for w, v in zip(weights, values, strict=True)) % 10)


def _nino(random: Random) -> str:
    letters = "ABCEGHJKLMNPRSTWXYZ"
    parts = (
        random.choice(letters) + random.choice(letters),
        *(fill("##", random) for _ in range(3)),
        random.choice("ABCD"),
    )
    return random.choice(("", " ")).join(parts)


def _sin(random: Random) -> str:
    return sin.format(valid("#########", sin.is_valid, random))


def _aadhaar(random: Random) -> str:
    return aadhaar.format(valid("############", aadhaar.is_valid, random))


def _south_africa(random: Random) -> str:
    year, month, day = birth_digits(random)
    body = year + month + day + fill("####", random) + "08"
    return body + luhn.calc_check_digit(body)


def tax_id(language: str, random: Random) -> str:
    """A person's tax number."""
    own: dict[str, tuple[Callable[[Random], str], ...]] = {
        "de": (_steuer_id, lambda r: fill("##/###/#####", r), lambda r: fill("### #### ####", r)),
        "it": (_codice_fiscale, lambda r: "IT" + fill("###########", r)),
        "es": (_dni,),
        "fr": (lambda r: fill("## ## ### ### ###", r),),
        "nl": (lambda r: f"{_bsn(r).replace('.', '')}B{r.randint(1, 99):02d}",),
        "pt": (_nif, _nif, _cpf),
        "pl": (_nip, _pesel),
        "cs": (lambda r: f"CZ{_rodne_cislo(r).replace('/', '')}", _rodne_cislo),
        "sv": (_personnummer, lambda r: f"SE{_personnummer(r).replace('-', '')}01"),
        "da": (_cpr,),
        "no": (_fodselsnummer,),
        "fi": (_hetu,),
        "hu": (_adoazonosito,),
        "ro": (_cnp,),
        "el": (_afm,),
    }
    if language in own:
        return random.choice(own[language])(random)
    return random.choice((
        fill("9##-7#-####", random), fill("##-#######", random), fill("##### #####", random),
        valid("#########", tfn.is_valid, random), valid("???P?####?", pan.is_valid, random), fill("##########", random),
        valid("#########", nif.is_valid, random),
    ))  # fmt: skip


def _nif(random: Random) -> str:
    body = random.choice("12") + fill("#######", random)
    number = body + nif.calc_check_digit(body)
    return random.choice((number, f"{number[:3]} {number[3:6]} {number[6:]}"))


def _nip(random: Random) -> str:
    number = valid("##########", nip.is_valid, random)
    return random.choice((nip.format(number), number))


def _steuer_id(random: Random) -> str:
    number = valid("###########", _plausible_idnr, random)
    return random.choice((number, idnr.format(number)))


def _plausible_idnr(number: str) -> bool:
    return number[0] != "0" and len(set(number[:10])) in (8, 9)


def health_id(language: str, random: Random) -> str:
    """A patient's number in a hospital or with an insurance."""
    record = fill(
        random.choice(("MRN-######", "MRN ########", "#######", "######", "NHC-######", "H-#####", "PT######")), random
    )
    if language == "en":
        number = valid("##########", nhs.is_valid, random)
        mbi = fill("1??#-?##-??##", random)
        return random.choice((record, record, number, nhs.format(number), mbi, fill("???#########", random)))
    patterns = {
        "de": ("?#########", "?#########"),
        "it": ("8038########00######",),
        "es": ("## ######## ##", "????##########", "##/########"),
        "pt": ("#########", "### #### #### ####"),
    }
    # Where the insurance or the state has one number for a person.
    own = {
        "fr": _nir, "pl": _pesel, "cs": _rodne_cislo, "sv": _personnummer, "da": _cpr, "no": _fodselsnummer, "fi": _hetu, "hu": _taj,
        "ro": _cnp, "el": _amka,
    }  # fmt: skip
    if language in own and random.random() < (0.5 if language == "fr" else 0.25):
        return own[language](random)
    if language == "fr":
        return record
    return random.choice((record, *(fill(pattern, random) for pattern in patterns.get(language, ("########",)))))


def us_ssn(random: Random) -> str:
    """A US social security number, written with hyphens, spaces or neither."""
    number = valid("#########", lambda value: ssn.is_valid(ssn.format(value)), random)
    form = ssn.format(number)
    return random.choice((form, form, form, number, form.replace("-", " ")))


def passport(random: Random) -> str:
    """A passport number."""
    return fill(random.choice(("#########", "?########", "??#######", "?#######", "C##*#*#**", "??######")), random)


def driver_license(random: Random) -> str:
    """The number of a driving licence."""
    year, month, day = birth_digits(random)
    british = fill("?????", random) + year[0] + month + day + year[1] + fill("??#??", random)
    patterns = (
        "?#######", "########", "?##-####-####", "?###-####-####", "?############", "??######", "?########", "#########",
        "B###*#*###*", "?#### ##### #####", "U?########?", "?##########",
    )  # fmt: skip
    return random.choice((british, *(fill(pattern, random) for pattern in random.sample(patterns, 4))))


def vehicle_id(language: str, random: Random) -> str:
    """A number plate or a vehicle identification number."""
    plates = {
        "en": ("??## ???", "???-####", "### ???", "#???###", "??? ####"),
        "de": ("?-?? ###", "??-?? ####", "???-? ##", "?? ?? ###"),
        "es": ("#### ???", "####-???", "?-####-??"),
        "fr": ("??-###-??", "?? ### ??"),
        "it": ("??###??", "?? ### ??"),
        "nl": ("##-???-#", "?-###-??", "??-###-?"),
        "pt": ("##-??-##", "??-##-??", "??-##-##", "???#?##"),
        "pl": ("?? #####", "??? ####", "??#####", "?? ###??"),
        "cs": ("#?# ####", "#?? ####", "#?#####"),
        "sv": ("??? ###", "???###", "??? ##?"),
        "da": ("?? ## ###", "??#####", "?? #####"),
        "no": ("?? #####", "??#####"),
        "fi": ("???-###", "??-###", "???-##"),
        "hu": ("???-###", "??? ###", "?? ??-###"),
        "ro": ("?-###-???", "?? ## ???", "??-##-???", "?? ###???"),
        "el": ("???-####", "??? ####", "???####"),
    }[language]
    if random.random() < 0.25:
        letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
        head = "".join(random.choice(letters + string.digits) for _ in range(11))
        return head + fill("######", random)
    return fill(random.choice(plates), random)


def customer_id(random: Random) -> str:
    """A customer's, member's, employee's, policy's or file's number."""
    year = random.randint(1988, 2026)
    patterns = (
        "########", "######", "#######", "C-######", "CUST-#####", "K######", "CUS-####-####", "M######", "EMP-####",
        "E#####", "A-####-##", "POL-#######", "??-######", "####-####-##", "MBR#######", "S########", "KD-######", "cus_********",
        f"#####/{year % 100:02d}", f"####/{year}", f"{year}-CV-#####", f"# C ###/{year % 100:02d}", f"ST-{year}-####",
        f"CLM-{year}-#####", "#### #### ####", "##.###.###", "?#######", "##-####",
    )  # fmt: skip
    return fill(random.choice(patterns), random)


def bank_account(language: str, random: Random) -> str:
    """A domestic account, sort code or routing number."""
    patterns = {
        "en": (
            "########",
            "##########",
            "#########",
            "############",
            "##-##-## ########",
            "##-##-##",
            "###-### #########",
        ),
        "de": ("##########", "########", "### ### ##", "BLZ ### ### ##"),
        "es": ("#### #### ## ##########", "####################"),
        "fr": ("##### ##### ########### ##", "###########"),
        "it": ("############", "##### ##### ############"),
        "nl": ("##.##.##.###", "#########"),
        "pt": ("#### #### ########### ##", "#####################", "####-#", "#####-#"),
        "pl": ("## #### #### #### #### #### ####", "##########################"),
        "cs": ("##########/####", "######-##########/####", "#########/####"),
        "sv": ("####-#,## ### ###-#", "#### ## #####", "####-####### #"),
        "da": ("#### ##########", "####-#######", "#### ### ####"),
        "no": ("#### ## #####", "####.##.#####", "###########"),
        "fi": ("######-########", "######-#####"),
        "hu": ("########-########-########", "########-########", "########-########-00000000"),
        "ro": ("##############", "##########"),
        "el": ("###/######-##", "###########", "#### #### ### ####"),
    }[language]
    return fill(random.choice(patterns), random)


def phone(language: str, random: Random) -> str:
    """A phone number that is valid in its numbering plan, in one of the ways to write it."""
    region = random.choice(_REGIONS[language])
    if random.random() < 0.1:
        region = random.choice(sorted(phonenumbers.SUPPORTED_REGIONS))
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    example = phonenumbers.example_number_for_type(region, random.choice(kinds))
    example = example or phonenumbers.parse("+12015550123")
    national = str(example.national_number)
    number = example
    for _ in range(20):
        tail = random.choice((4, 5, 6, 7))
        number = phonenumbers.PhoneNumber(
            country_code=example.country_code,
            national_number=int(national[:-tail] + fill("#" * tail, random)),
            italian_leading_zero=example.italian_leading_zero,
        )
        if phonenumbers.is_valid_number(number):
            break
    formats = phonenumbers.PhoneNumberFormat
    form = random.choice(
        (formats.NATIONAL, formats.NATIONAL, formats.INTERNATIONAL, formats.INTERNATIONAL, formats.E164)
    )
    written: str = phonenumbers.format_number(number, form)
    return _written_by_hand(written, random)


def _written_by_hand(number: str, random: Random) -> str:
    chance = random.random()
    if chance < 0.7:
        return number
    if chance < 0.78:
        return number.replace(" ", "")
    if chance < 0.86:
        return number.replace(" ", "-").replace(")-", ") ")
    if chance < 0.92:
        return number.replace(" ", ".").replace("-", ".").replace("(", "").replace(")", "")
    if chance < 0.96:
        return f"{number} {random.choice(('ext.', 'x', 'ext'))} {random.randint(10, 9999)}"
    return number.replace("+", "00")


def device_id(random: Random) -> str:
    """A MAC address, an IMEI, a serial number or an advertising identifier."""
    chance = random.random()
    hex_digits = "0123456789abcdef"
    if chance < 0.45:
        joint = random.choice((":", ":", "-"))
        mac = joint.join("".join(random.choice(hex_digits) for _ in range(2)) for _ in range(6))
        return random.choice((mac, mac.upper()))
    if chance < 0.7:
        return _imei(random)
    if chance < 0.85:
        return fill(
            random.choice(("C02********", "SN********", "R58M######", "F2L*********", "SN-####-####", "DEV-******")),
            random,
        )
    groups = (8, 4, 4, 4, 12)
    return "-".join("".join(random.choice(hex_digits) for _ in range(size)) for size in groups).upper()


def _imei(random: Random) -> str:
    body = "35" + fill("############", random)
    number = body + luhn.calc_check_digit(body)
    return random.choice((number, imei.format(number)))


def card(random: Random) -> str:
    """A payment card's number with its check digit (Luhn), for the networks in use."""
    prefix, length = random.choice((
        ("4", 16), ("4", 16), (str(random.randint(51, 55)), 16), (str(random.randint(2221, 2720)), 16), ("34", 15), ("37", 15),
        ("6011", 16), ("3528", 16), ("36", 14), ("50", 16), ("67", 16), ("4", 13),
    ))  # fmt: skip
    body = prefix + fill("#" * (length - len(prefix) - 1), random)
    number = body + luhn.calc_check_digit(body)
    joint = random.choice(("", "", " ", " ", "-"))
    if length == 15 and joint:
        return joint.join((number[:4], number[4:10], number[10:]))
    return joint.join(number[place : place + 4] for place in range(0, length, 4))


def wallet(random: Random) -> str:
    """The address of a wallet: Bitcoin's old and new forms, Ethereum's."""
    base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    bech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    return random.choice((
        "".join((random.choice("13"), *(random.choice(base58) for _ in range(random.randint(32, 33))))),
        "bc1q" + "".join(random.choice(bech32) for _ in range(38)),
        "0x" + "".join(random.choice("0123456789abcdefABCDEF") for _ in range(40)),
    ))  # fmt: skip
