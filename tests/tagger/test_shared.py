"""Many adapters on one base: each finds what it finds alone, whoever went before."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from loredact import Masker, SharedBases
from loredact.bases import Base
from loredact.document import Document, Span
from loredact.errors import AdapterError, InputError
from loredact.lora import LoRAConfig
from loredact.masking import find_together
from loredact.network import load_network, pack_weights
from loredact.tagger import Tagger
from loredact.training import Settings, train
from tests.conftest import describe

TEXTS = ["Call Ada Lovelace on 07 14 56.", "Paul Erdős owes 12 19 56 to Li Wei, and nothing to the rest of us."]


def _adapter(folder: Path, base: Base, labels: tuple[str, ...], seed: int, config: LoRAConfig) -> Path:
    """An adapter whose matrices are random, so that it finds plenty."""
    torch.manual_seed(seed)
    tagger = Tagger.new(base, describe(base, labels), config, "float32")
    with torch.no_grad():
        for parameter in tagger.network.parameters():
            if parameter.requires_grad:
                parameter.normal_(std=0.3)
    tagger.save(folder)
    return folder


def _adapters(folder: Path, base: Base) -> list[Path]:
    return [
        _adapter(folder / "a", base, ("PERSON", "PHONE"), 1, LoRAConfig(rank=2)),
        _adapter(folder / "b", base, ("CITY", "NAME", "SHIP"), 2, LoRAConfig(rank=3, targets=("q_proj", "down_proj"))),
        _adapter(folder / "c", base, ("NAME",), 3, LoRAConfig(rank=1, targets=("up_proj",))),
    ]


def test_shared_base_gives_adapters_of_other_labels_ranks_and_layers_their_own_scores(
    tiny_base: Base, tmp_path: Path
) -> None:
    folders = _adapters(tmp_path, tiny_base)
    alone = [[scored.scores for scored in Tagger.load(folder, "float32").score(TEXTS)] for folder in folders]
    shared = SharedBases("float32")
    taggers = [shared.load(folder) for folder in folders]
    assert len({id(tagger.network) for tagger in taggers}) == 1
    for _ in range(2):
        for tagger, expected in zip(taggers, alone, strict=True):
            for scored, scores in zip(tagger.score(TEXTS), expected, strict=True):
                assert scored.scores.shape == scores.shape
                assert abs(scored.scores - scores).max() < 1e-3


def test_shared_base_serves_several_threads_at_the_same_time(tiny_base: Base, tmp_path: Path) -> None:
    shared = SharedBases("float32")
    maskers = [Masker.load(folder, shared=shared, rules=False) for folder in _adapters(tmp_path, tiny_base)]
    alone = [[masker.find(text) for text in TEXTS] for masker in maskers]
    with ThreadPoolExecutor(3) as threads:
        for _ in range(10):
            assert list(threads.map(lambda masker: [masker.find(text) for text in TEXTS], maskers)) == alone


def test_shared_base_computes_in_the_precision_of_masking(real_base: Base, people: list[Document]) -> None:
    shared = SharedBases()
    first, second = (Masker.load("default", shared=shared) for _ in range(2))
    texts = [document.text for document in people]
    together, alone = list(first.find_many(texts)), list(Masker.load("default").find_many(texts))
    assert together == list(second.find_many(texts))
    same = sum(len({*_places(a.spans)} & {*_places(b.spans)}) for a, b in zip(alone, together, strict=True))
    assert same >= 0.95 * sum(len(document.spans) for document in alone)


def _places(spans: Sequence[Span]) -> list[tuple[int, int, str]]:
    return [(span.start, span.end, span.label) for span in spans]


def test_encoder_is_shared_too(fast_base: Base) -> None:
    text = "Ring Thabo Lindqvist on +44 1947 555 0134."
    alone = Masker.load("fast").mask(text)
    assert Masker.load("fast", shared=SharedBases()).mask(text).text == alone.text


def test_every_layer_that_can_be_adapted_can_be_shared(tiny_base: Base, fast_base: Base) -> None:
    for base in (tiny_base, fast_base):
        network, head = load_network(base, tags=5, depth=2, precision="float32", device=torch.device("cpu"))
        linears = {name for name, module in network.named_modules() if isinstance(module, torch.nn.Linear)}
        assert pack_weights(network).keys() == linears - {head}


def test_adapter_that_cannot_share_a_base_is_refused(tiny_base: Base, people: list[Document], tmp_path: Path) -> None:
    shared = SharedBases("float32")
    dora = _adapter(tmp_path / "dora", tiny_base, ("PERSON",), 1, LoRAConfig(rank=2, dora=True))
    with pytest.raises(AdapterError, match="DoRA"):
        shared.load(dora)
    settings = Settings(base=str(tiny_base.folder), depth=1, method="feature", epochs=1, precision="float32")
    train(people, settings, held_out=[]).save(tmp_path / "feature")
    with pytest.raises(AdapterError, match="feature"):
        shared.load(tmp_path / "feature")
    with pytest.raises(InputError, match="precision"):
        Masker.load(dora, shared=shared, compute="float32")


def test_find_together_gives_what_each_adapter_finds_alone(tiny_base: Base, tmp_path: Path) -> None:
    shared = SharedBases("float32")
    folders = _adapters(tmp_path, tiny_base)
    maskers = [Masker.load(folder, shared=shared) for folder in folders]
    alone = [Masker.load(folder, compute="float32") for folder in folders]
    long = "Ada met Li Wei at 12 19 56. " * 3000  # two chunks
    requests = [(index % 3, text) for index, text in enumerate([*TEXTS * 4, "", long])]
    together = find_together([(maskers[which], text) for which, text in requests])
    assert together == [alone[which].find(text) for which, text in requests]
    assert sum(map(len, together)) > 10


def test_find_together_gives_what_real_adapters_find_alone(real_base: Base, people: list[Document]) -> None:
    shared = SharedBases("float32")
    maskers = {name: Masker.load(name, shared=shared) for name in ("default", "fast")}
    requests = [(name, document.text) for document in people for name in maskers]
    together = find_together([(maskers[name], text) for name, text in requests])
    alone = {name: Masker.load(name, compute="float32") for name in maskers}
    for (name, text), spans in zip(requests, together, strict=True):
        assert _places(spans) == _places(alone[name].find(text))
