"""Labelled text: read in any of the forms people keep it in, checked, and written in one."""

from loredact.corpora.problems import CorpusError, Problem
from loredact.corpora.reading import Reading, read_corpus, scan_corpus
from loredact.corpora.writing import write_corpus

__all__ = ["CorpusError", "Problem", "Reading", "read_corpus", "scan_corpus", "write_corpus"]
