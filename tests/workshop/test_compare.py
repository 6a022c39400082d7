"""The four ways to fine-tune are compared on the same data, and a stopped comparison goes on where it was."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from loredact import lora
from loredact.adapters.description import TRAINED_FILE
from loredact.bases import Base
from loredact.corpora import write_corpus
from loredact.document import Document
from loredact.errors import InputError
from loredact.tagger import Tagger
from loredact.workshop import compare, read_plain
from loredact.workshop.figures import METHODS
from loredact.workshop.language import language_model, perplexity, plain_text, put_adapter
from tests.test_training import quick

PLAIN = "The quick brown fox jumps over the lazy dog, and nobody knows why.\n" * 8
TRAINED, MEASURED = 40, 12


@dataclass(frozen=True, slots=True)
class Done:
    """A comparison that was stopped after its first method and then run to its end."""

    folder: Path
    command: list[str]
    stopped: int
    first: bytes
    ended: subprocess.CompletedProcess[bytes]


def command_for(folder: Path, base: Base, people: list[Document], *options: str, **settings: object) -> list[str]:
    data, plain, config = folder / "people.jsonl", folder / "plain.txt", folder / "settings.yaml"
    write_corpus(data, people)
    plain.write_text(PLAIN)
    values = {"window": 48, "overlap": 4, "row_tokens": 96, "learning_rate": 0.01, "lora": {"rank": 2}}
    config.write_text(json.dumps(values | settings))
    parts = [sys.executable, "-m", "loredact", "compare", data, "--eval", data, "--out", folder / "out"]
    parts += ["--documents", TRAINED, "--eval-documents", MEASURED, "--base", base.folder, "--depth", 2]
    parts += ["--plain", plain, "--config", config, *options]
    return [str(part) for part in parts]


def run(command: list[str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, capture_output=True, timeout=600, check=False)


def interrupt(process: subprocess.Popen[bytes]) -> int:
    """Press Ctrl-C until the process ends: Python loses an interrupt that comes while it runs a callback."""
    while process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
    return process.wait()


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, tiny_base: Base, people: list[Document]) -> Done:
    folder = tmp_path_factory.mktemp("comparison")
    command = command_for(folder, tiny_base, people, "--epochs", "25")
    first = folder / "out" / "feature" / "figures.json"
    # In a session of its own, so that the interrupt reaches its training runs as a terminal's Ctrl-C does.
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 300
    while not first.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    stopped = interrupt(process)
    return Done(folder / "out", command, stopped, first.read_bytes(), run([*command, "--json"]))


def test_a_stopped_comparison_goes_on_and_does_nothing_again(done: Done) -> None:
    assert done.stopped == 130
    assert done.ended.returncode == 0, done.ended.stderr
    assert (done.folder / "feature" / "figures.json").read_bytes() == done.first
    assert b"feature-based: done before" in done.ended.stderr
    assert b"LoRA: loredact train --method lora" in done.ended.stderr
    before = {path: path.stat().st_mtime_ns for path in done.folder.glob("*/*")}
    again = run([*done.command, "--json"])
    assert again.stdout == done.ended.stdout
    assert {path: path.stat().st_mtime_ns for path in done.folder.glob("*/*")} == before


def test_every_method_has_its_figures(done: Done, tiny_base: Base) -> None:
    comparison = json.loads(done.ended.stdout)
    assert comparison == json.loads((done.folder / "comparison.json").read_text())
    assert (comparison["documents"], comparison["eval_documents"], comparison["depth"]) == (TRAINED, MEASURED, 2)
    assert [figures["method"] for figures in comparison["methods"]] == list(METHODS)
    feature, head, full, by_lora = comparison["methods"]
    trained = [figures["trained_parameters"] for figures in (feature, by_lora, head, full)]
    assert trained == sorted(trained)
    assert full["strict_f1"] > 0.5
    assert full["adapter_mb"] > head["adapter_mb"] > by_lora["adapter_mb"] > feature["adapter_mb"] > 0
    assert full["customers_mb"] == pytest.approx(1000 * full["adapter_mb"])
    assert by_lora["customers_mb"] == pytest.approx(1000 * by_lora["adapter_mb"] + comparison["base_mb"])
    for figures in comparison["methods"]:
        assert figures["seconds"] > 0
        assert figures["tokens_per_second"] > 0
        assert 50 < figures["peak_memory_mb"] < 4000
        assert 0 <= figures["strict_f1"] <= 1
        assert 0 <= figures["characters_found"] <= 1
    # The tag head is no part of the base's language; whatever else is trained moves it.
    assert feature["perplexity"] == comparison["perplexity"]
    assert all(figures["perplexity"] != comparison["perplexity"] for figures in (head, full, by_lora))


def test_a_table_and_a_picture_are_left(done: Done) -> None:
    table = (done.folder / "comparison.md").read_text()
    assert run(done.command).stdout.decode() == table
    assert "| | feature-based | fine-tuning I | fine-tuning II | LoRA |" in table
    for name in ("trainable parameters", "1,000 customers on disk", "strict F1", "perplexity, before → after"):
        assert f"| {name} |" in table
    assert (done.folder / "comparison.png").read_bytes().startswith(b"\x89PNG")


def test_every_method_leaves_an_adapter_that_loads(done: Done) -> None:
    assert {Tagger.load(done.folder / method).description.architecture.method for method in METHODS} == set(METHODS)


def test_lora_taken_off_leaves_the_language_of_its_base_as_it_was(done: Done, tiny_base: Base) -> None:
    network = language_model(tiny_base)
    before = perplexity(network, tiny_base, PLAIN)
    put_adapter(done.folder / "lora", network)
    assert perplexity(network, tiny_base, PLAIN) != before
    lora.detach(network)
    assert perplexity(network, tiny_base, PLAIN) == before


def test_full_fine_tuning_is_put_into_the_language_model_whole(done: Done, tiny_base: Base) -> None:
    network = language_model(tiny_base)
    put_adapter(done.folder / "full", network)
    stored = lora.read_tensors(done.folder / "full" / TRAINED_FILE)
    own = dict(network.named_parameters())
    assert stored.keys() - own.keys() == {"score.weight", "score.bias"}
    assert all(torch.equal(own[name], stored[name]) for name in stored.keys() & own.keys())


def test_a_network_that_knows_nothing_is_as_perplexed_as_its_vocabulary_is_large(tiny_base: Base) -> None:
    network = language_model(tiny_base)
    with torch.no_grad():
        network.get_input_embeddings().weight.zero_()
    assert perplexity(network, tiny_base, PLAIN) == pytest.approx(400, rel=1e-4)


def test_text_for_the_perplexity_is_at_hand_and_must_not_be_empty(tiny_base: Base, tmp_path: Path) -> None:
    assert len(plain_text()) > 10_000
    with pytest.raises(InputError, match="fewer than two tokens"):
        perplexity(language_model(tiny_base), tiny_base, "")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "binary", tmp_path / "absent"):
        with pytest.raises(InputError, match="cannot be read as text"):
            read_plain(path)


def test_a_folder_with_other_adapters_is_left_alone(done: Done, tiny_base: Base, people: list[Document]) -> None:
    with pytest.raises(InputError, match="another --out"):
        compare(people, people, done.folder, quick(tiny_base), plain=PLAIN)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"lora": {"rank": 0}}, b"lora.rank: Input should be greater than or equal to 1"),
        ({"lora": {"rank": 49}}, b"rank 49 does not fit a layer of 48"),
        ({"lora": {"targets": ["absent_proj"]}}, b"linear layers end in: down_proj"),
        ({"depth": 3}, None),
    ],
)
def test_settings_that_do_not_fit_are_told_before_anything_is_trained(
    tmp_path: Path, tiny_base: Base, people: list[Document], settings: dict[str, object], message: bytes | None
) -> None:
    options = () if message else ("--depth", "3")
    ended = run(command_for(tmp_path, tiny_base, people, *options, **settings))
    assert ended.returncode == 2
    assert (message or b"must lie between 1 and 2") in ended.stderr
    assert b"Traceback" not in ended.stderr
    assert not (tmp_path / "out").exists()


def test_methods_are_compared_by_minutes_too(tmp_path: Path, tiny_base: Base, people: list[Document]) -> None:
    ended = run(command_for(tmp_path, tiny_base, people, "--minutes", "0.01", "--json"))
    assert ended.returncode == 0, ended.stderr
    assert [figures["method"] for figures in json.loads(ended.stdout)["methods"]] == list(METHODS)


def test_a_rate_that_diverges_is_stopped_with_the_method_the_reason_and_a_hint(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    ended = run(command_for(tmp_path, tiny_base, people, "--epochs", "40", learning_rate=1.0, precision="bfloat16"))
    assert ended.returncode == 1
    for part in (b"Training diverged: the loss at step", b"Lower the learning rate (now 1)", b"was not trained"):
        assert part in ended.stderr
    assert b"Traceback" not in ended.stderr
    assert not (tmp_path / "out" / "comparison.md").exists()


def test_peak_memory_is_the_processs_own_and_not_its_parents() -> None:
    child = "from loredact.training.report import peak_memory_mb; print(peak_memory_mb())"
    parent = (
        "import subprocess, sys; held = bytearray(b'x') * 1_500_000_000; "
        f"subprocess.run([sys.executable, '-c', {child!r}], check=True)"
    )
    peak = float(subprocess.run([sys.executable, "-c", parent], check=True, capture_output=True).stdout)
    assert 20 < peak < 1400
