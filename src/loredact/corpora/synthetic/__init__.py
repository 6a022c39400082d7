"""A synthetic corpus: templates filled with made-up values, for a first adapter and for trying things out."""

from loredact.corpora.synthetic.make import make_corpus

__all__ = ["make_corpus"]
