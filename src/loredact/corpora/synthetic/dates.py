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
}
_WEEKDAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
}


def some_day(random: Random, years: tuple[int, int]) -> date:
    """A day from the first year to the last; never counted from today, so that a seed gives the same on any day."""
    first, last = date(years[0], 1, 1), date(years[1], 12, 31)
    return first + timedelta(days=random.randrange((last - first).days))


def month_name(day: date, language: str) -> str:
    """The month of `day`."""
    return _MONTHS[language].split()[day.month - 1]


def weekday_name(day: date, language: str) -> str:
    """The day of the week of `day`."""
    return _WEEKDAYS[language].split()[day.weekday()]


def write_date(day: date, language: str, random: Random) -> str:
    """`day` in one of the ways in use in the language."""
    d, m, y, month = day.day, day.month, day.year, month_name(day, language)
    iso = f"{y}-{m:02d}-{d:02d}"
    if language == "en":
        suffix = "th" if 4 <= d <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(d % 10, "th")
        forms = {
            f"{d:02d}/{m:02d}/{y}": 3.0, f"{m}/{d}/{y}": 2, f"{m:02d}/{d:02d}/{y % 100:02d}": 1.5, f"{d} {month} {y}": 5,
            f"{month} {d}, {y}": 4, iso: 3, f"{d}-{month[:3]}-{y}": 1, f"{d}{suffix} {month} {y}": 1, f"{d:02d}.{m:02d}.{y}": 1,
            f"{month[:3]} {d}, {y}": 1, f"{d} {month[:3]} {y}": 1, f"{month} {d}{suffix}": 0.5, f"{d} {month}": 0.7,
            f"{y}/{m:02d}/{d:02d}": 0.5, f"{d:02d}-{m:02d}-{y}": 1,
        }  # fmt: skip
    elif language == "de":
        forms = {
            f"{d:02d}.{m:02d}.{y}": 5,
            f"{d}. {month} {y}": 4,
            f"{d}.{m}.{y % 100:02d}": 1,
            iso: 1,
            f"{d}.{m}.{y}": 1,
        }
    elif language == "es":
        forms = {
            f"{d:02d}/{m:02d}/{y}": 5,
            f"{d} de {month} de {y}": 4,
            f"{d}-{m}-{y}": 1,
            iso: 1,
            f"{d}/{m}/{y % 100:02d}": 1,
        }
    elif language == "nl":
        forms = {f"{d:02d}-{m:02d}-{y}": 4, f"{d} {month} {y}": 5, iso: 1, f"{d}/{m}/{y}": 1}
    else:
        first = "1er" if d == 1 and language == "fr" else str(d)
        forms = {f"{d:02d}/{m:02d}/{y}": 5, f"{first} {month} {y}": 5, iso: 1, f"{d:02d}.{m:02d}.{y}": 1}
    return random.choices(list(forms), list(forms.values()))[0]


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
    }[language]
    return f"{hour:02d}{random.choice(joint)}{minute:02d}"
