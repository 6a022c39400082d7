"""Days and times as they are written in the languages of the corpus."""

from datetime import date, timedelta
from random import Random

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "pl": "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
    "cs": "leden únor březen duben květen červen červenec srpen září říjen listopad prosinec",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "no": "januar februar mars april mai juni juli august september oktober november desember",
    "fi": "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu",
    "hu": "január február március április május június július augusztus szeptember október november december",
    "ro": "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "el": "Ιανουάριος Φεβρουάριος Μάρτιος Απρίλιος Μάιος Ιούνιος Ιούλιος Αύγουστος Σεπτέμβριος Οκτώβριος Νοέμβριος Δεκέμβριος",
}
# As they are written after a day, where that differs.
_OF_MONTHS = {
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "cs": "ledna února března dubna května června července srpna září října listopadu prosince",
    "fi": "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta "
    "joulukuuta",
    "el": "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου Οκτωβρίου Νοεμβρίου Δεκεμβρίου",
}
_WEEKDAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "pl": "poniedziałek wtorek środa czwartek piątek sobota niedziela",
    "cs": "pondělí úterý středa čtvrtek pátek sobota neděle",
    "sv": "måndag tisdag onsdag torsdag fredag lördag söndag",
    "da": "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "no": "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "fi": "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai",
    "hu": "hétfő kedd szerda csütörtök péntek szombat vasárnap",
    "ro": "luni marți miercuri joi vineri sâmbătă duminică",
    "el": "Δευτέρα Τρίτη Τετάρτη Πέμπτη Παρασκευή Σάββατο Κυριακή",
}
# Hungarian endings of "on the nth", for 1 to 31.
_HUNGARIAN = (
    "jén án án én én án én án én én én én án én én án én án én án én én án én én án én án én án én".split()  # noqa: SIM905
)


# Forms in use, by weight. Nordic "den" stands before the slot in the templates, so that a span holds the date alone.
_FORMS = {
    "pt": {
        "{dd}/{mm}/{y}": 5.0, "{d} de {month} de {y}": 5, "{dd}-{mm}-{y}": 2, "{d}/{m}/{y}": 1, "{dd}/{mm}/{yy}": 1, "{y}-{mm}-{dd}": 1,
        "{dd}.{mm}.{y}": 0.5, "{d} {mon} {y}": 0.5, "{d} de {month}": 0.5,
    },
    "pl": {
        "{dd}.{mm}.{y}": 4.0, "{d} {month} {y} r.": 3, "{d} {month} {y}": 3, "{dd}.{mm}.{y} r.": 2, "{d}.{mm}.{y}": 1, "{y}-{mm}-{dd}": 2,
        "{dd}-{mm}-{y}": 1, "{dd}.{mm}.{y}r.": 1, "{d} {month}": 0.5, "{dd}/{mm}/{y}": 0.5, "{dd}.{mm}.{yy}": 0.5,
    },
    "cs": {
        "{d}. {m}. {y}": 5.0, "{d}. {month} {y}": 4, "{d}.{m}.{y}": 3, "{dd}.{mm}.{y}": 3, "{y}-{mm}-{dd}": 1, "{d}. {month}": 0.5,
        "{d}.{m}.{yy}": 0.5,
    },
    "sv": {
        "{y}-{mm}-{dd}": 5.0, "{d} {month} {y}": 4, "{yy}{mm}{dd}": 0.7, "{y}{mm}{dd}": 0.5, "{d}/{m} {y}": 1,
        "{d}/{m}-{yy}": 0.5, "{d} {month}": 0.7, "{d} {mon} {y}": 0.5, "{d}.{m}.{y}": 0.5,
    },
    "da": {
        "{d}. {month} {y}": 4.0, "{dd}.{mm}.{y}": 3, "{dd}-{mm}-{y}": 3, "{d}/{m}-{y}": 1, "{d}/{m} {y}": 1,
        "{dd}/{mm}/{y}": 1, "{y}-{mm}-{dd}": 1, "{d}. {month}": 0.7, "{dd}.{mm}.{yy}": 0.5, "{d}.{m}.{y}": 0.5,
    },
    "no": {
        "{d}. {month} {y}": 4.0, "{dd}.{mm}.{y}": 5, "{d}.{m}.{y}": 1, "{dd}.{mm}.{yy}": 1, "{d}/{m}-{y}": 0.7, "{d}/{m} {y}": 0.5,
        "{y}-{mm}-{dd}": 1, "{d}. {month}": 0.7, "{d}. {mon} {y}": 0.5,
    },
    "fi": {
        "{d}.{m}.{y}": 6.0, "{d}. {month} {y}": 4, "{dd}.{mm}.{y}": 2, "{y}-{mm}-{dd}": 1, "{d}. {month}": 0.7, "{d}.{m}.{yy}": 0.5,
        "{d}/{m}/{y}": 0.3,
    },
    "hu": {
        "{y}. {month} {d}.": 5.0, "{y}.{mm}.{dd}.": 4, "{y}. {mm}. {dd}.": 2, "{y}.{mm}.{dd}": 1, "{y}-{mm}-{dd}": 1.5, "{y}. {mon} {d}.": 0.7,
        "{month} {d}.": 0.7, "{y}. {m}. {d}.": 0.5, "{y}/{mm}/{dd}": 0.3,
    },
    "ro": {
        "{dd}.{mm}.{y}": 5.0, "{d} {month} {y}": 5, "{d}.{mm}.{y}": 1, "{dd}/{mm}/{y}": 2, "{dd}-{mm}-{y}": 1, "{y}-{mm}-{dd}": 1,
        "{d} {month}": 0.5, "{dd}.{mm}.{yy}": 0.5,
    },
    "el": {
        "{dd}/{mm}/{y}": 5.0, "{d} {month} {y}": 4, "{d}/{m}/{y}": 2, "{dd}-{mm}-{y}": 1, "{d}-{m}-{y}": 0.5, "{dd}.{mm}.{y}": 0.7,
        "{y}-{mm}-{dd}": 1, "{d} {month}": 0.5, "{d}/{m}/{yy}": 0.7, "{d} {mon} {y}": 0.3,
    },
}  # fmt: skip
# Days without their year, as notes and mails write them, and months with it.
_SHORT = {
    "en": (
        "{d} {month}",
        "{month} {d}",
        "{d}/{m}",
        "{dd}/{mm}",
        "{m}/{d}",
        "{d} {mon}",
        "{mon} {d}",
        "{mon}. {d}",
        "{nth}",
    ),
    "de": ("{d}.{m}.", "{dd}.{mm}.", "{d}. {month}", "{d}. {m}.", "{d}. {mon}."),
    "es": ("{d}/{m}", "{dd}/{mm}", "{d} de {month}", "{d}-{m}"),
    "fr": ("{d} {month}", "{d} {month}", "{dd}/{mm}", "{d}/{m}"),
    "it": ("{d} {month}", "{dd}/{mm}", "{d}/{m}"),
    "nl": ("{d} {month}", "{d}/{m}", "{d}-{m}", "{dd}-{mm}"),
    "pt": ("{d} de {month}", "{d}/{m}", "{dd}/{mm}"),
    "pl": ("{d} {month}", "{d}.{mm}.", "{dd}.{mm}", "{dd}.{mm}."),
    "cs": ("{d}. {month}", "{d}.{m}.", "{d}. {m}.", "{dd}.{mm}."),
    "sv": ("{d} {month}", "{d}/{m}"),
    "da": ("{d}. {month}", "{d}/{m}", "{d}.{m}.", "{d}. {mon}."),
    "no": ("{d}. {month}", "{d}/{m}", "{d}.{m}.", "{dd}.{mm}.", "{d}. {m}."),
    "fi": ("{d}. {month}", "{d}.{m}."),
    "hu": ("{month} {d}.", "{mm}.{dd}.", "{m}.{d}.", "{mm}. {dd}."),
    "ro": ("{d} {month}", "{dd}.{mm}", "{d}.{mm}"),
    "el": ("{d} {month}", "{d}/{m}", "{dd}/{mm}"),
}


def write_short(day: date, language: str, random: Random) -> str:
    """`day` without its year."""
    month = _of_month(day, language)
    first = "1er" if day.day == 1 and language == "fr" else f"{day.day}"
    form = random.choice(_SHORT[language])
    d = first if "{month}" in form else f"{day.day}"
    return form.format(
        d=d, m=day.month, dd=f"{day.day:02d}", mm=f"{day.month:02d}", month=month, mon=month[:3], nth=_nth(day.day)
    )


def _nth(d: int) -> str:
    """An English ordinal in digits."""
    return f"{d}" + ("th" if 4 <= d <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(d % 10, "th"))


def write_month(day: date, language: str, random: Random) -> str:
    """The month of `day` with its year, in words or digits."""
    m, y = day.month, day.year
    digits = (
        f"{m}/{y}",
        f"{m:02d}/{y}",
        f"{m:02d}/{y % 100:02d}",
        f"{m:02d}.{y}" if language in {"de", "pl", "cs", "fi", "ro", "no"} else f"{m}/{y}",
    )
    if language == "hu":
        digits = (f"{y}.{m:02d}.", f"{y}/{m:02d}", f"{y}. {m:02d}.", f"{y}-{m:02d}")
    return random.choice((month_of_year(day, language), *random.sample(digits, 2)))


def joined(value: str, after: str, language: str) -> tuple[str, str]:
    """A date's text and what follows: one full stop in place of two, and the Hungarian ending that the day wants."""
    if language == "hu" and after.startswith("-án"):
        bare = value.rstrip(".")
        number = int(bare[-2:]) if bare[-2:].strip().isdigit() else 0
        return (bare, f"-{_HUNGARIAN[number - 1]}{after[3:]}") if 1 <= number <= 31 else (value, after)
    return (value, after[1:]) if value.endswith(".") and after[:1] == "." else (value, after)


def some_day(random: Random, years: tuple[int, int]) -> date:
    """A day from the first year to the last; never counted from today, so that a seed gives the same on any day."""
    first, last = date(years[0], 1, 1), date(years[1], 12, 31)
    return first + timedelta(days=random.randrange((last - first).days))


def month_name(day: date, language: str) -> str:
    """The month of `day`."""
    return _MONTHS[language].split()[day.month - 1]


def _of_month(day: date, language: str) -> str:
    return _OF_MONTHS.get(language, _MONTHS[language]).split()[day.month - 1]


def month_of_year(day: date, language: str) -> str:
    """The month of `day` with its year."""
    month = month_name(day, language)
    return {"hu": f"{day.year}. {month}", "pt": f"{month} de {day.year}"}.get(language, f"{month} {day.year}")


def weekday_name(day: date, language: str) -> str:
    """The day of the week of `day`."""
    return _WEEKDAYS[language].split()[day.weekday()]


def write_date(day: date, language: str, random: Random) -> str:
    """`day` in one of the ways in use in the language."""
    d, m, y, month = day.day, day.month, day.year, _of_month(day, language)
    iso = f"{y}-{m:02d}-{d:02d}"
    if language == "en":
        forms = {
            f"{d:02d}/{m:02d}/{y}": 3.0, f"{m}/{d}/{y}": 2, f"{m:02d}/{d:02d}/{y % 100:02d}": 1.5, f"{d} {month} {y}": 5,
            f"{month} {d}, {y}": 4, iso: 3, f"{d}-{month[:3]}-{y}": 1, f"{_nth(d)} {month} {y}": 1, f"{d:02d}.{m:02d}.{y}": 1,
            f"{month[:3]} {d}, {y}": 1, f"{d} {month[:3]} {y}": 1, f"{month} {_nth(d)}": 0.5, f"{d} {month}": 0.7,
            f"{y}/{m:02d}/{d:02d}": 0.5, f"{d:02d}-{m:02d}-{y}": 1,
        }  # fmt: skip
    elif language == "de":
        forms = {
            f"{d:02d}.{m:02d}.{y}": 5,
            f"{d}. {month} {y}": 4,
            f"{d}.{m}.{y % 100:02d}": 1,
            iso: 1,
            f"{d}.{m}.{y}": 1,
            f"{d:02d}.{m:02d}.{y % 100:02d}": 1,
            f"{d}. {m}. {y}": 0.5,
            f"{d}. {_abbreviated(month)} {y}": 0.5,
            f"{d:02d}. {month} {y}": 0.3,
        }
    elif language == "es":
        forms = {
            f"{d:02d}/{m:02d}/{y}": 5,
            f"{d} de {month} de {y}": 4,
            f"{d}-{m}-{y}": 1,
            iso: 1,
            f"{d}/{m}/{y % 100:02d}": 1,
            f"{d:02d}-{m:02d}-{y}": 1,
            f"{d:02d}.{m:02d}.{y}": 0.5,
            f"{d} de {month} del {y}": 0.3,
        }
    elif language in _FORMS:
        short = {"hu": f"{month[:3]}." if len(month) > 4 else month, "el": month[:3]}.get(language, _abbreviated(month))
        values = {
            "d": d,
            "m": m,
            "y": y,
            "dd": f"{d:02d}",
            "mm": f"{m:02d}",
            "yy": f"{y % 100:02d}",
            "month": month,
            "mon": short,
        }
        forms = {form.format(**values): weight for form, weight in _FORMS[language].items()}
    elif language == "nl":
        forms = {f"{d:02d}-{m:02d}-{y}": 4, f"{d} {month} {y}": 5, iso: 1, f"{d}/{m}/{y}": 1,
                 f"{d}-{m}-{y % 100:02d}": 0.7, f"{d:02d}/{m:02d}/{y}": 0.7, f"{d} {_abbreviated(month)} {y}": 0.5}  # fmt: skip
    else:
        first = "1er" if d == 1 and language == "fr" else str(d)
        forms = {f"{d:02d}/{m:02d}/{y}": 5, f"{first} {month} {y}": 5, iso: 1, f"{d:02d}.{m:02d}.{y}": 1,
                 f"{d:02d}/{m:02d}/{y % 100:02d}": 1, f"{d:02d}-{m:02d}-{y}": 0.5, f"{d}/{m}/{y}": 0.7}  # fmt: skip
    return random.choices(list(forms), list(forms.values()))[0]


def _abbreviated(month: str) -> str:
    """The first three letters and a dot; a month of three letters, such as Mai, has no dot."""
    return month if len(month) <= 3 else f"{month[:3]}."


def write_time(language: str, random: Random) -> str:
    """A time of the day."""
    hour, minute = random.randint(0, 23), random.choice((0, 15, 30, 45, random.randint(0, 59)))
    if language == "en" and random.random() < 0.5:
        half = random.choice(("am", "AM", " am", " a.m.") if hour < 12 else ("pm", "PM", " pm", " p.m."))
        clock = f"{(hour - 1) % 12 + 1}"
        return f"{clock}:{minute:02d}{half}" if minute or random.random() < 0.4 else clock + half
    joint = {
        "de": (":", "."),
        "fr": ("h", " h ", ":"),
        "es": (":", "."),
        "it": (":", "."),
        "nl": (":", "."),
        "en": (":",),
        "pt": (":", "h"),
        "cs": (":", "."),
        "da": (".", ":"),
        "no": (":", "."),
        "fi": (".", ".", ":"),
    }.get(language, (":",))
    return f"{hour:02d}{random.choice(joint)}{minute:02d}"
