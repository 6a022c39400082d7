"""`loredact doctor` says what is computed with, and what is not as it should be."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from loredact.bases import DEFAULT_BASE
from loredact.bases.fingerprint import fingerprint
from loredact.kernels import call
from tests.cli.running import run


def test_doctor_says_processor_kernels_bases_adapters_and_versions(tmp_path: Path) -> None:
    done = run("doctor", "--json", LOREDACT_HOME=str(tmp_path), CXX="none", LOREDACT_ISA="avx2")
    about = json.loads(done.stdout)
    assert (done.returncode, about["well"]) == (0, True)
    assert about["versions"]["torch"] == torch.__version__
    assert {"loredact", "python", "tokenizers"} <= about["versions"].keys()
    assert about["processor"]["held_to"] == "avx2"
    assert set(about["processor"]["instruction_sets"]) <= {"avx2"}
    assert about["kernels"] == {
        "library": None,
        "why_not": "there is no C++ compiler 'none'",
        "in_use": [],
        "disagreed": [],
    }
    assert all(base["check"] == "not fetched" for base in about["bases"])
    assert {adapter["name"]: adapter["check"] for adapter in about["adapters"]} == {"default": "well", "fast": "well"}


def test_doctor_is_read_by_a_person_too() -> None:
    done = run("doctor")
    names = {
        "versions",
        "processor",
        "instruction sets",
        "precision",
        "encoders mask in",
        "kernels",
        "in use",
        "not used",
        "base",
        "adapter",
    }
    assert names <= {line[:18].strip() for line in done.stdout.decode().splitlines()}
    assert b"Example: loredact doctor" in run("doctor", "--help").stdout


def test_doctor_finds_weights_that_are_not_those_that_were_fetched(tmp_path: Path, tiny_folder: Path) -> None:
    folder = tmp_path / "bases" / DEFAULT_BASE
    folder.mkdir(parents=True)
    for path in tiny_folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "base.json").write_text(json.dumps({"name": DEFAULT_BASE, "fingerprint": fingerprint(folder)}))
    save_file({"other": torch.zeros(3)}, str(folder / "model.safetensors"))
    done = run("doctor", LOREDACT_HOME=str(tmp_path), CXX="none")
    assert done.returncode == 1
    assert DEFAULT_BASE.encode() + b": well" not in done.stdout


def test_doctor_ends_with_1_where_a_kernel_disagrees(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import typer

    from loredact.cli.doctor import doctor

    call.decide()
    monkeypatch.setattr(call._decision, "disagreed", ("gate_float32",))
    with pytest.raises(typer.Exit):
        doctor(json=False)
    assert "gate_float32" in capsys.readouterr().out
