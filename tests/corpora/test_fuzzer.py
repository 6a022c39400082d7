"""Damaged files of every form are refused or told of, fast, and without their text: a part of the fuzzer's run."""

import pytest
from fuzz_readers import forms, run


@pytest.mark.parametrize("form", forms())
def test_damaged_files_are_refused_or_told_of(form: str) -> None:
    counts, faults, first = run(form, 60, seed=1)
    assert counts.inputs == 60
    assert counts.refused
    assert not faults, first


def test_the_fuzzer_sees_a_reader_that_loses_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    import fuzz_readers

    from loredact.corpora import scan_corpus as scan

    def losing(*arguments: object) -> object:
        reading = scan(*arguments)  # type: ignore[arg-type]
        del reading.documents[-1:]
        return reading

    monkeypatch.setattr(fuzz_readers, "scan_corpus", losing)
    for form in ("loredact", "columns", "brat"):
        _, faults, _ = run(form, 40, seed=1)
        assert any(fault.startswith("untold") for fault in faults), form
