"""Presidio's names of entities and our labels, by the map `presidio` of `loredact.labels`."""

from collections.abc import Collection, Sequence

from loredact.labels import LabelMap


def name_of(label: str, to_presidio: LabelMap) -> str:
    """What Presidio calls `label`; the label itself where Presidio has a name a country, or none."""
    return to_presidio.to_theirs(label) or label


def supported(labels: Collection[str], to_presidio: LabelMap) -> list[str]:
    """Each name that something with one of `labels` may be given, or asked for by."""
    names = {name_of(label, to_presidio) for label in labels}
    return sorted(names.union(*(to_presidio.sources(label) for label in labels)))


def answers_to(label: str, asked: Sequence[str], to_presidio: LabelMap) -> str | None:
    """The name by which `asked` asks for `label`: the general one before one of a country; None where it does not."""
    general = name_of(label, to_presidio)
    of_a_country = (name for name in asked if to_presidio.theirs_to_ours.get(name) == label)
    return next((name for name in (general, label) if name in asked), None) or next(of_a_country, None)
