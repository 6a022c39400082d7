"""A synthetic corpus: templates filled with made-up values, for the default adapter and for trying things out."""

from loredact.synthetic.make import make_corpus, make_without_personal_data

__all__ = ["make_corpus", "make_without_personal_data"]
