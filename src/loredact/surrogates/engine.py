"""Surrogates: a made-up value for a value, by its label, so that it reads as real and the text holds together."""

from collections.abc import Callable, Iterable
from itertools import count
from random import Random

from loredact.linking import normalised, plain, words
from loredact.surrogates import (
    cards,
    days,
    handles,
    ibans,
    keys,
    networks,
    numbers,
    organizations,
    people,
    phones,
    places,
)
from loredact.surrogates.book import Book, Page
from loredact.surrogates.characters import by_class
from loredact.values.dates import Order

_TRIES = 100
_NATIONALITIES = (
    "American Argentine Australian Austrian Belgian Brazilian British Bulgarian Canadian Chilean Chinese "
    "Colombian Croatian Czech Danish Dutch Egyptian Estonian Ethiopian Finnish French German Ghanaian Greek "
    "Hungarian Icelandic Indian Indonesian Iranian Iraqi Irish Israeli Italian Jamaican Japanese Jordanian "
    "Kenyan Korean Latvian Lebanese Lithuanian Malaysian Mexican Moroccan Nepalese Nigerian Norwegian Pakistani "
    "Peruvian Polish Portuguese Romanian Russian Serbian Slovak Slovenian Spanish Swedish Swiss Syrian Thai "
    "Tunisian Turkish Ugandan Ukrainian Vietnamese Zambian"
)
_AGES = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_WORDS_OF = frozenset({"PERSON", "ORGANIZATION", "LOCATION", "STREET_ADDRESS"})
_DAYS_OF = frozenset({"DATE_TIME", "DATE_OF_BIRTH"})


class Surrogates:
    """The surrogates of one document: of its own `book`, or of one that its customer's documents share.

    The same key, scope and value give the same surrogate. None equals a value that was seen, and no two values share
    one.
    Where a value seen in a later chunk, or in a later document of a shared book, equals a surrogate that was given,
    what was given stays, and is given in that document no more.

    Raises:
        InputError: where the extra `surrogates` is not installed, when the first value needs it.
    """

    def __init__(self, key: bytes, scope: str, book: Book | None = None) -> None:
        self._page = Page(key, scope, book or Book())
        self._seen: set[str] = set()
        self._handles: dict[str, str] = {}
        self._order: Order | None = None
        self._offset: int | None = None
        self._dates: set[str] = set()

    def see(self, values: Iterable[tuple[str, str]]) -> None:
        """Take in the values of the next chunk, with their labels: no surrogate becomes one of them.

        The longest names come first, so that *Ada* has the origin and the gender of *Ada Lovelace*.
        """
        given = list(values)
        with self._page.book.lock:
            for value, label in given:
                self._seen.add(_bare(value, label))
                if label in _WORDS_OF:
                    self._page.taken.update(word for word in words(value) if len(word) > 1)
            self._dates.update(value for value, label in given if label in _DAYS_OF)
            self._order = self._order or days.order_in(self._dates)
            names = [value for value, label in given if label == "PERSON"]
            for name in names:  # base forms of those with an ending, too
                self._page.taken.update(plain(word) for word, _ in people.parse(name).roles)
            for name in sorted(names, key=len, reverse=True):
                self._handles = handles.handles_of(name, self._page) | self._handles

    def surrogate(self, value: str, label: str, fullest: str | None = None) -> str:
        """What stands for `value`; `fullest` is the fullest mention of the person whom it names."""
        with self._page.book.lock:
            return self._surrogate(value, label, fullest)

    def _surrogate(self, value: str, label: str, fullest: str | None) -> str:
        book = self._page.book
        of = (label, normalised(value, label))
        drawn = value
        for attempt in count():
            random = self._page.chance(*of, str(attempt))
            drawn = self._drawn(value, label, fullest, random, attempt)
            if drawn == value and attempt > 3 * _TRIES:
                return f"[{label}]"  # there is nothing in it to draw anew
            bare = _bare(drawn, label)
            if drawn != value and bare not in self._seen and book.value_for.setdefault((label, bare), of) == of:
                break
        return drawn

    def _drawn(self, value: str, label: str, fullest: str | None, random: Random, attempt: int) -> str:
        if attempt < _TRIES:
            make = _MAKERS.get(label)
            if make is not None:
                return make(value, random)
            return self._of_document(value, label, fullest, random, attempt)
        if label in _DAYS_OF and attempt < 2 * _TRIES and len(value) == 4 and value.isdecimal():
            return str(int(value) + random.choice((-1, 1)) * random.randint(2, 4 + attempt - _TRIES))  # a year near by
        drawn = by_class(value, random)
        return drawn if attempt < 2 * _TRIES else f"{drawn}{random.randrange(10, 10**6)}" if drawn != value else value

    def _of_document(self, value: str, label: str, fullest: str | None, random: Random, attempt: int) -> str:
        """Of the kinds whose surrogates must fit others of the document, and of those that know the attempt."""
        page, known = self._page, self._handles
        makers: dict[str, Callable[[], str | None]] = {
            "PERSON": lambda: by_class(value, random) if attempt else people.person(value, page, fullest),
            "ORGANIZATION": lambda: organizations.organization(value, page, random),
            "LOCATION": lambda: places.place(value, page, random),
            "STREET_ADDRESS": lambda: places.address(value, page, random),
            "EMAIL_ADDRESS": lambda: handles.email(value, page, known, random, attempt),
            "USERNAME": lambda: handles.handle(value, page, known, random, attempt),
            "URL": lambda: handles.url(value, page, known, random, attempt),
            "DATE_TIME": lambda: days.day(value, self._days(), self._order, random),
            "DATE_OF_BIRTH": lambda: days.day(value, self._days(), self._order, random),
            "IP_ADDRESS": lambda: networks.ip(value, random, attempt),
            "DEVICE_ID": lambda: networks.device(value, random, attempt),
        }
        if label in numbers.LABELS:
            return numbers.number(value, label, random)
        return makers.get(label, lambda: by_class(value, random))() or f"[{label}]"

    def _days(self) -> int:
        """By how many days dates are shifted: so that none of the first chunk becomes another of it."""
        for attempt in count():
            if self._offset is not None:
                return self._offset
            drawn = days.offset(self._page.chance("days", str(attempt)))
            random = self._page.chance("days")
            shifted = {days.day(value, drawn, self._order, random) for value in self._dates}
            if attempt >= _TRIES or not shifted & self._dates:
                self._offset = drawn
        raise AssertionError("count ends")


def _age(value: str, random: Random) -> str:
    """Another age within three years, on the same side of 18 and of 90; a word becomes another word."""
    digits = "".join(filter(str.isdecimal, value))
    if plain(value) in _AGES.split():
        return people.in_case_of(value, random.choice([word for word in _AGES.split() if word != plain(value)]))
    if not digits or len(digits) > 3:
        return by_class(value, random)
    age = int(digits)
    near = [
        n for n in range(max(1, age - 3), age + 4) if n != age and (n < 18) == (age < 18) and (n < 90) == (age < 90)
    ]
    new = random.choice(near or [age + 1])
    return value.replace(digits, str(new), 1) if digits in value else by_class(value, random)


def _nationality(value: str, random: Random) -> str:
    known = plain(value.strip())
    nationalities = _NATIONALITIES.split()
    if known not in map(plain, nationalities):
        return by_class(value, random)
    return value.replace(value.strip(), people.in_case_of(value.strip(), random.choice(nationalities)))


def _bare(value: str, label: str) -> str:
    return normalised(value, label)


_MAKERS: dict[str, Callable[[str, Random], str]] = {
    "AGE": _age,
    "CREDIT_CARD": cards.card,
    "CRYPTO": keys.wallet,
    "IBAN_CODE": ibans.iban,
    "NRP": _nationality,
    "PASSWORD": keys.secret,
    "PHONE_NUMBER": phones.phone,
    "QUANTITY": by_class,
    "SECRET_KEY": keys.secret,
}
