"""The templates: text files in `templates/<language>/<kind>.txt`, one template after the other between lines of `===`.

- `{LABEL}` is filled with a personal value and becomes a span. `{LABEL:n}` belongs to the nth person or thing: two
  mentions of the same thing are the same, and two of the same person may be written in different ways.
- `{{word}}` is filled with something that is nobody's (an order number, a version, a plain date), without a span.
- `[[a|b|]]` is one of its alternatives, of which one may be empty. They hold slots, and no brackets.

Everything else is text as it stands.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SLOT = re.compile(r"\{\{(?P<other>[a-z]+)\}\}|\{(?P<label>[A-Z_]+)(?::(?P<number>\d))?\}")
ALTERNATIVES = re.compile(r"\[\[(?P<choices>[^\[\]]*\|[^\[\]]*)\]\]")
_BETWEEN = re.compile(r"^===\n", re.MULTILINE)
# Slots that make no text personal.
_NOT_PERSONAL = {None, "ORGANIZATION", "HOSPITAL", "COURT", "TEAM"}
# One template in this many is kept for evaluation alone.
_UNSEEN_ONE_IN = 5


@dataclass(frozen=True, slots=True)
class Template:
    """A template: `name` is its language, kind and place, such as `en/mail/3`; `personal` whether it has a label other
    than ORGANIZATION."""

    language: str
    kind: str
    number: int
    text: str
    personal: bool

    @property
    def name(self) -> str:
        return f"{self.language}/{self.kind}/{self.number}"


@cache
def templates() -> tuple[Template, ...]:
    """All templates, in the order of languages, kinds and places."""
    found = []
    languages = files(__package__).joinpath("templates")
    for language in sorted(languages.iterdir(), key=lambda entry: entry.name):
        for file in sorted(language.iterdir(), key=lambda entry: entry.name):
            kind = file.name.removesuffix(".txt")
            texts = [text.strip("\n") for text in _BETWEEN.split(file.read_text(encoding="utf-8"))]
            for number, text in enumerate(filter(str.strip, texts)):
                personal = any(slot["label"] not in _NOT_PERSONAL for slot in SLOT.finditer(text))
                found.append(Template(language.name, kind, number, text, personal))
    return tuple(found)


def part_of_templates(unseen: bool) -> list[Template]:
    """The templates kept for evaluation, one in five of each file, or the others."""
    return [template for template in templates() if (template.number % _UNSEEN_ONE_IN == 4) == unseen]
