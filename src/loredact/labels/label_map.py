"""Maps between our labels and those of another set.

A map is a YAML file:

    theirs-to-ours:        # every label of theirs
      GPE: LOCATION
      TITLE: null          # ignored: not personal by our labels
    ours-to-theirs:        # what does not follow from the above
      DATE_OF_BIRTH: DATE_TIME
      PASSPORT: null       # nothing of theirs to call it

Spans whose label is ignored count neither as missed nor as found (`loredact.evaluation`). Where exactly one label of
theirs becomes a label of ours, the way back follows from it; where several do, the file says which, or null. "Ours" are
`LABELS` in the maps that come with loredact; a map of yours may hold the labels of your own adapter.
"""

from collections.abc import Iterable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from loredact.document import Document, Span
from loredact.errors import InputError
from loredact.strict_yaml import RepeatedKeyError, parse_yaml

_SHIPPED = files("loredact.labels") / "maps"
_SUFFIX = ".yaml"
# So many labels are named in one message.
_NAMED = 12

Label = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class LabelMap(BaseModel):
    """A map to and from another set of labels."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str = Field(default="", exclude=True, description="what messages call it")
    theirs_to_ours: dict[Label, Label | None] = Field(alias="theirs-to-ours", min_length=1)
    ours_to_theirs: dict[Label, Label | None] = Field(alias="ours-to-theirs", default_factory=dict)

    @model_validator(mode="after")
    def _ways_back_lead_somewhere(self) -> Self:
        unknown = sorted({theirs for theirs in self.ours_to_theirs.values() if theirs} - self.theirs_to_ours.keys())
        if unknown:
            raise ValueError(f"ours-to-theirs names what theirs-to-ours does not: {_some(unknown)}")
        return self

    @property
    def kept_apart(self) -> list[str]:
        """Their labels that are not personal by ours."""
        return [theirs for theirs, ours in self.theirs_to_ours.items() if ours is None]

    def sources(self, ours: str) -> list[str]:
        """Their labels that become the label `ours`, in the order of the file."""
        return [theirs for theirs, label in self.theirs_to_ours.items() if label == ours]

    def to_ours(self, theirs: str) -> str | None:
        """Our label for theirs; None where theirs is ignored.

        Raises:
            InputError: where the map does not know the label.
        """
        self._require_known({theirs})
        return self.theirs_to_ours[theirs]

    def to_theirs(self, ours: str) -> str | None:
        """Their label for ours; None where they have nothing to call it.

        Raises:
            InputError: where several of theirs become ours and the map does not say which to take.
        """
        if ours in self.ours_to_theirs:
            return self.ours_to_theirs[ours]
        theirs = self.sources(ours)
        if len(theirs) > 1:
            raise InputError(
                f"The map {self.name or 'given'} leads to {ours} from {_some(theirs)}. "
                "Say under ours-to-theirs which of them it becomes, or null."
            )
        return theirs[0] if theirs else None

    def documents(self, documents: Iterable[Document]) -> tuple[list[Document], list[tuple[Span, ...]]]:
        """The documents with our labels, and for each the ignored spans, which carry their own label.

        Raises:
            InputError: where a document has a label that the map does not know; it names all of them.
        """
        documents = list(documents)
        self._require_known({span.label for document in documents for span in document.spans})
        mapped: list[Document] = []
        apart: list[tuple[Span, ...]] = []
        for document in documents:
            labels = [(span, self.theirs_to_ours[span.label]) for span in document.spans]
            personal = tuple(replace(span, label=label) for span, label in labels if label is not None)
            mapped.append(replace(document, spans=personal))
            apart.append(tuple(span for span, label in labels if label is None))
        return mapped, apart

    def _require_known(self, labels: set[str]) -> None:
        unknown = sorted(labels - self.theirs_to_ours.keys())
        if unknown:
            raise InputError(
                f"The map {self.name or 'given'} does not know {_some(unknown)}. "
                f"It knows {_some(list(self.theirs_to_ours))}. Take another map, or add them to a copy of it."
            )


def shipped_maps() -> list[str]:
    """The names of the maps that come with loredact."""
    return sorted(file.name.removesuffix(_SUFFIX) for file in _SHIPPED.iterdir() if file.name.endswith(_SUFFIX))


def read_map(source: str | Path) -> LabelMap:
    """A map by the name of one that comes with loredact, or by the path of a YAML file.

    Raises:
        InputError: where there is no such map, or the file does not have the form of one.
    """
    shipped = str(source) in shipped_maps()
    place = _SHIPPED / f"{source}{_SUFFIX}" if shipped else Path(source)
    try:
        values = parse_yaml(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"{source}: there is no such map. Give the path of a file, or one of {', '.join(shipped_maps())}."
        ) from None
    except RepeatedKeyError as error:
        raise InputError(f"{source}: {error}") from None
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError) as error:
        raise InputError(f"{source} cannot be read as YAML ({type(error).__name__}).") from None
    if not isinstance(values, dict) or "name" in values:
        raise InputError(f"{source} must hold `theirs-to-ours:` and, if need be, `ours-to-theirs:`, and nothing else.")
    try:
        return LabelMap.model_validate({**values, "name": str(source)})
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, problem['loc'])) or 'the map'}: {problem['msg']}" for problem in error.errors()]
        raise InputError(f"{source} is not a map of labels:\n" + "\n".join(lines)) from None


def _some(labels: list[str]) -> str:
    """The labels for a message, the first of them where there are many."""
    more = f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
    return ", ".join(labels[:_NAMED]) + more
