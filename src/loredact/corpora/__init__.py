"""Labelled text: read in any of the forms people keep it in, checked, and written in one."""

from loredact.corpora.options import ReadAs
from loredact.corpora.problems import Change, CorpusError, Problem, Taken
from loredact.corpora.reading import Reading, read_corpus, scan_corpus
from loredact.corpora.writing import write_corpus

__all__ = [
    "Change",
    "CorpusError",
    "Problem",
    "ReadAs",
    "Reading",
    "Taken",
    "read_corpus",
    "scan_corpus",
    "write_corpus",
]
