"""What has been given within a scope: so that one value keeps its surrogate, and no two values share one."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import count
from random import Random
from threading import Lock

from loredact.linking import plain
from loredact.surrogates.characters import by_class
from loredact.surrogates.draw import chance

_TRIES = 60
_SHORT = 2  # letters that any two names may have in common


@dataclass(slots=True)
class Book:
    """The surrogates of one scope: a document, a customer, or all. It grows with the different values.

    What it does not remember, of another process or of before a restart, is drawn again alike, but for the rare value
    that had had to give way to another.
    """

    words: dict[tuple[str, str], str] = field(default_factory=dict)
    word_for: dict[str, tuple[str, str]] = field(default_factory=dict)
    values: dict[tuple[str, str], str] = field(default_factory=dict)
    value_for: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


@dataclass(slots=True)
class Page:
    """A scope's book, as one document sees it: with the words that stand in the document, which none may get."""

    key: bytes
    scope: str
    book: Book
    taken: set[str] = field(default_factory=set)

    def chance(self, *parts: str) -> Random:
        """The random numbers for `parts` in this scope."""
        return chance(self.key, self.scope, *parts)

    def word(self, role: str, word: str, draw: Callable[[Random], str]) -> str:
        """The word that stands for `word` in its role, a given or a family name or a name of something else.

        `draw` is asked until it gives one that no other word has and that is none of the document; where it does not,
        two of its words are joined by a hyphen.
        """
        of = (role, plain(word))
        known = self.book.words.get(of)
        if known is not None and plain(known) not in self.taken:
            return known
        for attempt in count():
            random = self.chance(role, of[1], str(attempt))
            drawn = draw(random)
            if attempt >= _TRIES:
                drawn = f"{drawn}-{draw(random)}"
            if attempt >= 10 * _TRIES:
                drawn = by_class(drawn, random)
            bare = plain(drawn)
            if (
                not is_alike(bare, of[1])
                and self.taken.isdisjoint({bare, *bare.split("-")})
                and self.book.word_for.get(bare, of) == of
            ):
                self.book.words[of] = drawn
                self.book.word_for[bare] = of
                return drawn
        raise AssertionError("count ends")

    def known_word(self, word: str, roles: Collection[str]) -> str | None:
        """The first of `roles` in which `word` has a surrogate already."""
        return next((role for role in roles if (role, plain(word)) in self.book.words), None)


def is_alike(new: str, old: str) -> bool:
    """Whether a surrogate holds what it stands for, or is held in it: *Frank* in *Franke*."""
    return new == old or (min(len(new), len(old)) > _SHORT and (new in old or old in new))
