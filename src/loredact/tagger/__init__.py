"""The tagger: a base with an adapter on it, and the way from text to scored spans."""

from loredact.adapters.description import FILE as DESCRIPTION_FILE
from loredact.tagger.description import Architecture, Description, read_description
from loredact.tagger.methods import Method
from loredact.tagger.shared import SharedBases
from loredact.tagger.tagger import Tagger, score_tokens

__all__ = [
    "DESCRIPTION_FILE",
    "Architecture",
    "Description",
    "Method",
    "SharedBases",
    "Tagger",
    "read_description",
    "score_tokens",
]
