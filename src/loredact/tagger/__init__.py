"""The tagger: a base with an adapter on it, and the way from text to scored spans."""

from loredact.tagger.description import Description
from loredact.tagger.tagger import Scored, Tagger

__all__ = ["Description", "Scored", "Tagger"]
