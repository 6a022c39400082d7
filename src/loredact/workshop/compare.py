"""The four ways to fine-tune, side by side on the same data: `loredact compare`."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from pathlib import Path

from loredact.bases import Base, find_base
from loredact.corpora.writing import as_line
from loredact.document import Document
from loredact.errors import EXIT_INTERRUPTED, InputError, LoredactError
from loredact.evaluation import evaluate
from loredact.files import write_text
from loredact.tagger import DESCRIPTION_FILE, Tagger, read_description
from loredact.training import Settings
from loredact.training.checkpoint import FILE as CHECKPOINT_FILE
from loredact.training.examples import corpus_digest
from loredact.training.report import machine
from loredact.training.tagging import new_tagger
from loredact.workshop.figures import CUSTOMERS, METHODS, NAMES, Comparison, MethodFigures, as_markdown
from loredact.workshop.language import language_model, perplexity, put_adapter
from loredact.workshop.plots import draw_comparison

_FIGURES_FILE = "figures.json"
_BEGUN_FILE = "begun.json"

Bar = Callable[[str], AbstractContextManager[Callable[[float, str], None]]]


@contextmanager
def _no_bar(_: str) -> Iterator[Callable[[float, str], None]]:
    yield lambda done, note: None


class TrainingFailedError(LoredactError):
    """A method's training run ended without an adapter; what it said stands above."""


def compare(
    documents: Sequence[Document],
    measured: Sequence[Document],
    folder: Path,
    settings: Settings,
    *,
    plain: str,
    say: Callable[[str], None] = lambda step: None,
    bar: Bar = _no_bar,
) -> Comparison:
    """Train every method on `documents` with the same settings but for its own rate, and measure it on `measured`.

    Each run is a process of its own (`loredact train`), so that its peak memory is its own, and leaves its adapter in
    `folder`, under the method's name. Whatever is there already is not done again: a stopped comparison goes on where
    it was. `plain` is the text for the perplexity. The results are written by `write_comparison`.

    Raises:
        InputError: where a setting does not fit the base, or `folder` holds something else.
        TrainingFailedError: where a run fails.
    """
    base = find_base(settings.base, say)
    # A rank or a target that does not fit is told now, and not when the other methods have been trained.
    new_tagger(documents, settings.model_copy(update={"method": "lora"}), say)
    _begin(folder, documents, measured, settings, plain)
    say("perplexity of the base")
    before = perplexity(language_model(base), base, plain)
    figures = []
    for method in METHODS:
        found = _read_figures(folder / method)
        if found is None:
            say(f"{NAMES[method]}: loredact train --method {method}")
            _train(documents, folder / method, settings.model_copy(update={"method": method}))
            found = _measure(folder / method, base, measured, plain, bar)
            write_text(folder / method / _FIGURES_FILE, json.dumps(asdict(found), indent=2) + "\n")
        else:
            say(f"{NAMES[method]}: done before")
        figures.append(found)
    return Comparison(
        base=base.name,
        base_mb=_base_mb(base),
        depth=read_description(folder / METHODS[0]).architecture.num_layers,
        settings=settings.model_dump(mode="json", exclude={"method", "learning_rate"}),
        documents=len(documents),
        eval_documents=len(measured),
        machine=machine(),
        perplexity=before,
        methods=tuple(figures),
    )


def write_comparison(folder: Path, comparison: Comparison) -> None:
    """Write `comparison.json`, `comparison.md` and, with matplotlib, `comparison.png` into `folder`."""
    write_text(folder / "comparison.json", json.dumps(asdict(comparison), indent=2) + "\n")
    write_text(folder / "comparison.md", as_markdown(comparison))
    draw_comparison(folder / "comparison.png", comparison)


def _begin(
    folder: Path, documents: Sequence[Document], measured: Sequence[Document], settings: Settings, plain: str
) -> None:
    """Note in `folder` what is compared there, or require that it is the same."""
    rates = {method: settings.model_copy(update={"method": method}).rate for method in METHODS}
    asked = json.dumps([settings.model_dump(mode="json", exclude={"method"}), rates])
    data = corpus_digest(documents, measured, [Document(plain)])
    begun = {"digest": hashlib.sha256(f"{data} {asked}".encode()).hexdigest()}
    path = folder / _BEGUN_FILE
    try:
        same = json.loads(path.read_text(encoding="utf-8")) == begun
    except FileNotFoundError:
        same = not any((folder / method).exists() for method in METHODS)
    except ValueError:
        same = False
    if not same:
        raise InputError(
            f"{folder} holds adapters of other data or other settings. Give those to go on with them, or another --out."
        )
    write_text(path, json.dumps(begun) + "\n")


def _read_figures(folder: Path) -> MethodFigures | None:
    try:
        return MethodFigures(**json.loads((folder / _FIGURES_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _train(documents: Sequence[Document], folder: Path, settings: Settings) -> None:
    """Run `loredact train` to its end, on from its checkpoint where it left one, unless it came to its end before."""
    going_on = (folder / CHECKPOINT_FILE).exists()
    if (folder / "report.json").exists() and (folder / DESCRIPTION_FILE).exists() and not going_on:
        return
    config = folder.with_suffix(".yaml")
    # JSON is YAML too. Settings hold the default epochs where minutes were asked for, and a file may not ask for both.
    unasked = None if settings.minutes is None else {"epochs"}
    write_text(config, settings.model_dump_json(indent=2, exclude_none=True, exclude=unasked) + "\n")
    command = [sys.executable, "-m", "loredact", "train", "-", "--out", str(folder), "--config", str(config)]
    again = "--resume" if going_on else "--overwrite"
    # The documents go through a pipe, so that no copy of them is left on the disk.
    with subprocess.Popen([*command, again], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        try:
            process.communicate("".join(map(as_line, documents)).encode())
        except KeyboardInterrupt:
            # Ctrl-C reached that process too, which keeps what it has learnt.
            process.wait()
            raise
    if process.returncode == EXIT_INTERRUPTED:
        raise KeyboardInterrupt
    if process.returncode != 0:
        raise TrainingFailedError(
            f"{NAMES[settings.method]} (--method {settings.method}) was not trained, for the reason above. "
            f"The methods before it are kept in {folder.parent}."
        )


def _measure(folder: Path, base: Base, documents: Sequence[Document], plain: str, bar: Bar) -> MethodFigures:
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    settings = Settings.model_validate(report["settings"])
    tagger = Tagger.load(folder)
    found, offset = [], tagger.offset_for()
    with bar(f"measuring {settings.method}") as pulse:
        for document in tagger.find(documents, offset):
            found.append(document)
            pulse(len(found) / len(documents), f"{len(found)} documents")
    evaluation = evaluate(documents, found)
    network = language_model(base)
    put_adapter(folder, network)
    adapter_mb = _size_mb(folder, ("*.safetensors", "adapter_config.json", DESCRIPTION_FILE))
    return MethodFigures(
        method=settings.method,
        learning_rate=settings.rate,
        trained_parameters=report["trained_parameters"],
        adapter_mb=adapter_mb,
        customers_mb=CUSTOMERS * adapter_mb + (0.0 if settings.method == "full" else _base_mb(base)),
        peak_memory_mb=report["peak_memory_mb"],
        seconds=report["seconds"],
        tokens_per_second=report["tokens_per_second"],
        strict_f1=evaluation.strict.f1,
        characters_found=evaluation.characters.recall,
        characters_precision=evaluation.characters.precision,
        perplexity=perplexity(network, base, plain),
    )


def _base_mb(base: Base) -> float:
    return _size_mb(base.folder, ("*.safetensors", "*.json"))


def _size_mb(folder: Path, patterns: Sequence[str]) -> float:
    return sum(path.stat().st_size for pattern in patterns for path in folder.glob(pattern)) / 1e6
