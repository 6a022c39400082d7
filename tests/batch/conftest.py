"""A tiny random adapter: what counts is where things go, not what is found."""

from pathlib import Path

import pytest

from loredact.bases import Base
from loredact.batch import Work
from loredact.masking import Masker
from tests.conftest import random_tagger


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory, tiny_base: Base) -> Path:
    folder = tmp_path_factory.mktemp("adapter")
    random_tagger(tiny_base).save(folder)
    return folder


@pytest.fixture(scope="module")
def work(adapter: Path) -> Work:
    return Work(adapter=str(adapter), rules=False)


@pytest.fixture(scope="module")
def masker(work: Work) -> Masker:
    return work.load()
