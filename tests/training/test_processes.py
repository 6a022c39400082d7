"""Two processes that train together take the steps that one would take."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from loredact import train
from loredact.bases import Base
from loredact.corpora import write_corpus
from loredact.document import Document
from tests.test_training import quick

_RUN = """
import sys
from loredact import Settings, read_corpus, train_into
train_into(sys.argv[2], read_corpus(sys.argv[1]), Settings.model_validate_json(sys.argv[3]), threads=1)
"""


# A row of 40 tokens often holds one window, so that one process has nothing to learn from.
@pytest.mark.parametrize("row_tokens", [96, 40])
def test_two_processes_learn_what_one_does(
    tmp_path: Path, tiny_base: Base, people: list[Document], row_tokens: int
) -> None:
    settings = quick(tiny_base, epochs=1, learning_rate=0.001, row_tokens=row_tokens, precision="float32")
    corpus, script = tmp_path / "people.jsonl", tmp_path / "run.py"
    write_corpus(corpus, people)
    script.write_text(_RUN)
    train(people, settings, threads=1).save(tmp_path / "one")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(script)]
    # What they say is not captured here: pytest shows it where they fail.
    subprocess.run([*command, str(corpus), str(tmp_path / "two"), settings.model_dump_json()], check=True, timeout=240)
    one, two = (load_file(tmp_path / name / "adapter_model.safetensors") for name in ("one", "two"))
    assert one.keys() == two.keys()
    for name, tensor in one.items():
        torch.testing.assert_close(two[name], tensor, rtol=0, atol=2e-5, msg=name)
    losses = [json.loads((tmp_path / name / "report.json").read_text())["losses"] for name in ("one", "two")]
    assert losses[1] == pytest.approx(losses[0], abs=1e-4)
