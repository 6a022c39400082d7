"""The names of months and weekdays in sixteen languages, and which is meant.

The names are those of the Unicode CLDR (calendar gregorian, wide forms, format and stand-alone).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

# In the order in which they are tried where a name is of several.
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "no": "januar februar mars april mai juni juli august september oktober november desember",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "cs": "ledna února března dubna května června července srpna září října listopadu prosince",
    "fi": "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta "
    "marraskuuta joulukuuta",
    "hu": "január február március április május június július augusztus szeptember október november december",
    "ro": "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "el": "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου Οκτωβρίου Νοεμβρίου "
    "Δεκεμβρίου",
}
# Without a day, where that differs.
_ALONE = {
    "pl": "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
    "cs": "leden únor březen duben květen červen červenec srpen září říjen listopad prosinec",
    "fi": "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu",
    "el": "Ιανουάριος Φεβρουάριος Μάρτιος Απρίλιος Μάιος Ιούνιος Ιούλιος Αύγουστος Σεπτέμβριος Οκτώβριος Νοέμβριος "
    "Δεκέμβριος",
}
_WEEKDAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "sv": "måndag tisdag onsdag torsdag fredag lördag söndag",
    "da": "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "no": "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "pl": "poniedziałek wtorek środa czwartek piątek sobota niedziela",
    "cs": "pondělí úterý středa čtvrtek pátek sobota neděle",
    "fi": "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai",
    "hu": "hétfő kedd szerda csütörtök péntek szombat vasárnap",
    "ro": "luni marți miercuri joi vineri sâmbătă duminică",
    "el": "Δευτέρα Τρίτη Τετάρτη Πέμπτη Παρασκευή Σάββατο Κυριακή",
}
_CAPITAL = frozenset({"en", "de", "el"})  # languages that write months with a capital letter
_DAY_WITHOUT_POINT = frozenset({"en", "fr", "es", "it", "nl", "pt", "sv", "pl", "ro", "el"})
_LEAST = 3  # letters of a shortened name
# Finnish shortens none: its `mar` would be November.
_NEVER_SHORT = frozenset({"fi"})


@dataclass(frozen=True, slots=True)
class Name:
    """A month or a weekday by its number, from 0, among the `names` of one language, and how it is written."""

    number: int
    language: str
    names: tuple[str, ...]
    written: str

    def another(self, number: int) -> str:
        """The name of `number`, as long and in the same case as this one is written."""
        if number == self.number:
            return self.written
        bare, point = self.written.removesuffix("."), self.written.endswith(".")
        full = self.names[number]
        new = full
        if point or len(bare) < len(self.names[self.number]):  # `mai.` is shortened, as `janv.` is
            length = next(n for n in range(max(len(bare), _LEAST), 99) if _unique(self.names, full[:n]))
            new = full[:length] + ("." if point and length < len(full) else "")
        if len(bare) > 1 and bare.isupper():
            return new.upper()
        return new[0].upper() + new[1:] if bare[0].isupper() else new.lower()


def month(word: str, *, point_after_day: bool = False, year_first: bool = False) -> Name | None:
    """The month that `word` is the name of, whole or shortened to three letters or more, with or without a full stop.

    Of several languages it is one that writes months with a capital letter, if `word` has one, and days with a full
    stop, if `point_after_day`; Hungarian, if the year is before it.
    """
    found = _meanings(word, _MONTHS) + _meanings(word, _ALONE)
    capital = word[:1].isupper()

    def unlikely(name: Name) -> tuple[bool, bool, bool]:
        without_point = name.language in _DAY_WITHOUT_POINT
        capitals = name.language in _CAPITAL
        return (name.language == "hu") != year_first, capitals != capital, without_point == point_after_day

    return min(found, key=unlikely, default=None)


def weekday(word: str, language: str | None) -> Name | None:
    """The weekday that `word` names, from Monday on; of several languages `language`, else the first."""
    found = _meanings(word, _WEEKDAYS)
    return min(found, key=lambda name: name.language != language, default=None)


def _meanings(word: str, names: dict[str, str]) -> list[Name]:
    bare = word.removesuffix(".").casefold()
    return [Name(number, language, all_of, word) for number, language, all_of in _index(id(names)).get(bare, ())]


@cache
def _index(which: int) -> dict[str, list[tuple[int, str, tuple[str, ...]]]]:
    names = next(table for table in (_MONTHS, _ALONE, _WEEKDAYS) if id(table) == which)
    index: dict[str, list[tuple[int, str, tuple[str, ...]]]] = {}
    for language, words in names.items():
        all_of = tuple(words.split())
        for number, full in enumerate(all_of):
            for form in _forms(all_of, full, language):
                index.setdefault(form.casefold(), []).append((number, language, all_of))
    return index


def _forms(names: tuple[str, ...], full: str, language: str) -> Iterator[str]:
    yield full
    if language not in _NEVER_SHORT:
        yield from (full[:n] for n in range(_LEAST, len(full)) if _unique(names, full[:n]))


def _unique(names: tuple[str, ...], start: str) -> bool:
    return start in names or sum(name.startswith(start) for name in names) == 1
