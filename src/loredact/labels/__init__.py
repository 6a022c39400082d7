"""The labels loredact knows of its own accord, and maps between them and other people's."""

from loredact.labels.label_map import LabelMap, read_map, shipped_maps
from loredact.labels.names import LABELS, OFF

__all__ = ["LABELS", "OFF", "LabelMap", "read_map", "shipped_maps"]
