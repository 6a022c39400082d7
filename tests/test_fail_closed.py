"""Nothing that is broken, hostile or not finite lets a text through, runs code, or reaches the terminal."""

import ast
import json
import math
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from rich.console import Console
from safetensors.torch import load_file, save_file
from tokenizers import Regex, Tokenizer, normalizers

import loredact
from loredact.adapters import find_adapter
from loredact.bases import CATALOGUE, DEFAULT_BASE, Base, find_base
from loredact.bases.config import read_config as read_base_config
from loredact.bases.identity import record
from loredact.cli import console
from loredact.document import Document
from loredact.encoding import read_tokenizer
from loredact.errors import AdapterError, BaseError, InputError, LoredactError, printable
from loredact.generator import ConstrainedGenerator, GeneratorArchitecture, GeneratorBase, GeneratorDescription
from loredact.lora import LoRAConfig, read_config
from loredact.masking import Masker
from loredact.strict_json import parse_json
from loredact.tagger import SharedBases, Tagger, read_description
from loredact.training import Settings, train, train_into
from loredact.training.checkpoint import Checkpoint, RunState, write_checkpoint
from loredact.training.examples import corpus_digest
from loredact.training.tagging import new_tagger
from tests.conftest import edit, random_tagger

TEXT = "Today we met Ada Lovelace on 00 07 56."
WEIGHTS = "adapter_model.safetensors"
NAN, INFINITY = math.nan, math.inf


@pytest.fixture
def adapter(tmp_path: Path, tiny_base: Base) -> Path:
    random_tagger(tiny_base).save(tmp_path / "adapter")
    return tmp_path / "adapter"


@pytest.fixture
def base(tmp_path: Path, tiny_folder: Path) -> Path:
    """A copy of the tiny base that may be changed."""
    return Path(shutil.copytree(tiny_folder, tmp_path / "base"))


@pytest.fixture
def cached(tmp_path: Path, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny base in the cache, as if it had been fetched, under the name `cached`."""
    monkeypatch.setenv("LOREDACT_HOME", str(tmp_path / "home"))
    monkeypatch.setitem(CATALOGUE, "cached", replace(CATALOGUE[DEFAULT_BASE], name="cached"))
    folder = Path(shutil.copytree(tiny_folder, tmp_path / "home" / "bases" / "cached"))
    (folder / "base.json").write_text(json.dumps(record(folder, {"name": "cached"})))
    return folder


def _change(path: Path, name: str, number: float, place: int = 0) -> None:
    """Set one number of a tensor."""
    tensors = load_file(path)
    tensors[name].view(-1)[place] = number
    save_file(tensors, path, {"format": "pt"})


def _own(adapter: Path, ending: str) -> str:
    names: list[str] = sorted(load_file(adapter / WEIGHTS))
    return next(name for name in names if name.endswith(ending))


# --- numbers that are not finite


@pytest.mark.parametrize("ending", ["lora_A.weight", "lora_B.weight", "score.weight", "score.bias"])
@pytest.mark.parametrize("number", [NAN, INFINITY, -INFINITY])
def test_an_adapter_with_a_tensor_that_is_not_finite_is_refused(adapter: Path, ending: str, number: float) -> None:
    _change(adapter / WEIGHTS, _own(adapter, ending), number)
    edit(adapter / "loredact.json")
    for shared in (None, SharedBases("float32")):
        with pytest.raises(AdapterError, match="not finite"):
            Masker.load(adapter, shared=shared)


@pytest.mark.parametrize("shared", [False, True])
def test_scores_that_are_not_finite_mask_nothing_and_say_so(adapter: Path, shared: bool) -> None:
    # Each weight is finite, and what they come to is not.
    tensors = load_file(adapter / WEIGHTS)
    name = _own(adapter, "score.weight")
    tensors[name] = torch.full_like(tensors[name], 1e34).mul_(torch.randn_like(tensors[name]).sign())
    tensors[_own(adapter, "score.bias")].fill_(3e35)
    save_file({**tensors, name: tensors[name] * 3000}, adapter / WEIGHTS)
    edit(adapter / "loredact.json")
    with pytest.raises(AdapterError, match="not finite"):
        Masker.load(adapter, shared=SharedBases("float32") if shared else None).mask(TEXT)


@pytest.mark.parametrize(
    ("file", "changes"),
    [
        ("loredact.json", {"decoding__temperature": NAN}),
        ("loredact.json", {"decoding__temperature": 1e-320}),
        ("loredact.json", {"decoding__temperature": 1e308}),
        ("loredact.json", {"decoding__evidence_threshold": NAN}),
        ("loredact.json", {"decoding__evidence_threshold": INFINITY}),
        ("loredact.json", {"decoding__evidence_threshold": 1e308}),
        ("loredact.json", {"decoding__recall": 2}),
        ("loredact.json", {"decoding__operating_points": [{"offset": NAN, "recall": 0.5, "precision": 0.5}]}),
        ("loredact.json", {"decoding__operating_points": [{"offset": -1e308, "recall": 0.5, "precision": 0.5}]}),
        ("loredact.json", {"report": {"f1": NAN}}),
        ("loredact.json", {"architecture__window": 1_000_000}),
        ("loredact.json", {"architecture__window": 4096}),  # the tiny base sees 2,048 tokens
        ("loredact.json", {"architecture__overlap": 16}),
        ("loredact.json", {"architecture__num_layers": 10**30}),
        ("loredact.json", {"architecture__labels": ["PERSON", "PERSON"]}),
        ("loredact.json", {"architecture__labels": ["PERSON", "\x1b[2J"]}),
        ("adapter_config.json", {"lora_alpha": NAN}),
        ("adapter_config.json", {"lora_alpha": INFINITY}),
        ("adapter_config.json", {"lora_alpha": 1e308}),
        ("adapter_config.json", {"lora_alpha": 1e-320}),
        ("adapter_config.json", {"alpha_pattern": {"q_proj": NAN}}),
        ("adapter_config.json", {"alpha_pattern": {"q_proj": 1e-320}}),
        ("adapter_config.json", {"r": 0}),
        ("adapter_config.json", {"r": 10**30}),
        ("adapter_config.json", {"use_rslora": 7}),
    ],
)
def test_a_number_of_an_adapter_out_of_its_bounds_is_refused(
    adapter: Path, file: str, changes: dict[str, object]
) -> None:
    edit(adapter / file, **changes)
    for shared in (None, SharedBases("float32")):
        with pytest.raises(AdapterError):
            Masker.load(adapter, shared=shared)


@pytest.mark.parametrize("number", [NAN, INFINITY, -INFINITY, 3e38])
def test_a_base_with_a_weight_that_is_not_finite_is_refused_where_it_is_trained_on(base: Path, number: float) -> None:
    path = base / "model.safetensors"
    for place in range(2):
        _change(path, "model.layers.0.self_attn.q_proj.weight", number, place)
    with pytest.raises(BaseError, match=r"q_proj\.weight holds a number that is not finite"):
        find_base(str(base))


@pytest.mark.parametrize(
    "changes",
    [
        {"rms_norm_eps": NAN},
        {"rms_norm_eps": 1e308},
        {"rms_norm_eps": 1e-320},
        {"rms_norm_eps": None},
        {"rope_parameters": {"rope_theta": INFINITY, "rope_type": "default"}},
        {"rope_parameters": {"rope_theta": 1e-320, "rope_type": "default"}},
        {"rope_parameters": {"rope_theta": 1e308, "rope_type": "default"}},
        {"hidden_size": -48},
        {"vocab_size": 2**63},
        {"num_hidden_layers": "2"},
    ],
)
def test_a_number_of_a_base_out_of_its_bounds_is_refused(base: Path, changes: dict[str, object]) -> None:
    edit(base / "config.json", **changes)
    with pytest.raises(BaseError, match=r"config\.json"):
        _begin(base)


def _begin(base: Path) -> Tagger:
    documents = [Document("Ada", ())]
    settings = Settings(base=str(base), depth=1, window=16, overlap=4, precision="float32")
    return new_tagger(documents, settings, lambda step: None)


def test_an_adapter_that_is_not_finite_is_not_written(tmp_path: Path, tiny_base: Base) -> None:
    tagger = random_tagger(tiny_base)
    tagger.head.weight.data[0, 0] = NAN
    with pytest.raises(LoredactError, match=r"score\.weight holds a number that is not finite"):
        tagger.save(tmp_path / "adapter")
    tagger.head.weight.data[0, 0] = 0
    tagger.description = tagger.description.changed(decoding={"temperature": NAN})
    with pytest.raises(LoredactError, match="temperature"):
        tagger.save(tmp_path / "adapter")
    assert not (tmp_path / "adapter" / "loredact.json").exists()


# --- code of its own, and sizes that kernels rely on


def test_a_base_that_asks_for_its_own_code_is_refused_and_the_text_answers_no_question(
    adapter: Path, base: Path, tmp_path: Path
) -> None:
    """The adapter names its base, so whoever made the adapter chose it; the text to be masked says yes."""
    ran = tmp_path / "ran"
    (base / "modeling_own.py").write_text(f"open({str(ran)!r}, 'w').write('ran')\nraise SystemExit\n")
    own = {"AutoConfig": "modeling_own.OwnConfig", "AutoModelForTokenClassification": "modeling_own.OwnModel"}
    edit(base / "config.json", auto_map=own, model_type="own")
    edit(adapter / "loredact.json", base__name=str(base))
    done = subprocess.run(
        [sys.executable, "-m", "loredact", "mask", "--adapter", str(adapter)],
        input=b"y\ny\nAda Lovelace\n",
        capture_output=True,
        timeout=240,
        check=False,
    )
    assert (done.returncode, done.stdout) == (BaseError.exit_code, b"")
    assert b"auto_map" in done.stderr
    assert not ran.exists()


def test_a_tokenizer_that_asks_for_its_own_code_is_refused(base: Path) -> None:
    (base / "tokenizer_config.json").write_text('{"auto_map": {"AutoTokenizer": ["own.Own", null]}}')
    with pytest.raises(BaseError, match="auto_map"):
        find_base(str(base))


def test_no_call_of_transformers_leaves_open_whether_code_may_be_run() -> None:
    calls = []
    for path in Path(loredact.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr not in ("from_pretrained", "from_config"):
                    continue
                said = {word.arg: word.value for word in node.keywords}
                calls.append(path.name)
                trusted = said.get("trust_remote_code")
                assert isinstance(trusted, ast.Constant), (path, node.lineno)
                assert trusted.value is False, (path, node.lineno)
    assert len(calls) > 8


@pytest.mark.parametrize(
    "changes",
    [
        {"num_key_value_heads": 4},
        {"num_key_value_heads": 0},
        {"num_key_value_heads": 2**31},
        {"num_attention_heads": 5, "num_key_value_heads": 5, "head_dim": None},
        {"head_dim": 7},
    ],
)
def test_heads_that_do_not_divide_are_refused_where_the_configuration_is_read(
    base: Path, changes: dict[str, object]
) -> None:
    edit(base / "config.json", **changes)
    with pytest.raises(BaseError, match=r"config\.json"):
        _begin(base)


# --- an adapter on another base


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_file_that_changed_in_the_cache_is_refused_with_the_folder_to_remove(cached: Path, file: str) -> None:
    data = bytearray((cached / file).read_bytes())
    data[-3] ^= 1
    (cached / file).write_bytes(bytes(data))
    with pytest.raises(BaseError, match=f"{cached}: {file} is not what was fetched. Remove this folder"):
        find_base("cached")


def test_a_file_that_came_into_the_cache_is_refused(cached: Path) -> None:
    shutil.copy(cached / "model.safetensors", cached / "more.safetensors")
    with pytest.raises(BaseError, match=r"more\.safetensors is not what was fetched"):
        find_base("cached")


def test_a_file_with_another_time_alone_is_read_again_once(cached: Path) -> None:
    before = find_base("cached")
    os.utime(cached / "model.safetensors", ns=(1, 1))
    assert find_base("cached") == before
    assert json.loads((cached / "base.json").read_text())["files"]["model.safetensors"]["mtime_ns"] == 1


def test_a_cache_of_an_earlier_version_is_read_through_once(cached: Path) -> None:
    before = find_base("cached")
    kept = json.loads((cached / "base.json").read_text())
    (cached / "base.json").write_text(json.dumps({"name": "cached", "fingerprint": kept["fingerprint"]}))
    assert find_base("cached") == before
    assert json.loads((cached / "base.json").read_text()) == kept
    (cached / "base.json").write_text(json.dumps({"name": "cached", "fingerprint": "0" * 64}))
    with pytest.raises(BaseError, match="weights is not what was fetched"):
        find_base("cached")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"fingerprint": 3}', "[" * 100_000])
def test_a_damaged_file_of_the_cache_itself_is_refused(cached: Path, content: str) -> None:
    (cached / "base.json").write_text(content)
    with pytest.raises(BaseError, match="Remove this folder"):
        find_base("cached")


def test_an_adapter_on_another_tokenizer_or_configuration_is_refused(adapter: Path, base: Path) -> None:
    assert Masker.load(adapter, base=str(base)).mask(TEXT) == Masker.load(adapter).mask(TEXT)
    # What makes no difference does not count.
    edit(base / "config.json", transformers_version="9", dtype="bfloat16", mlp_bias=None)
    written = json.loads((base / "tokenizer.json").read_text())
    (base / "tokenizer.json").write_text(json.dumps({**written, "padding": None}, indent=1))
    Masker.load(adapter, base=str(base))
    edit(base / "config.json", rms_norm_eps=1e-3)
    for shared in (None, SharedBases("float32")):
        with pytest.raises(AdapterError, match="another tokenizer or configuration"):
            Masker.load(adapter, base=str(base), shared=shared)
    edit(base / "config.json", rms_norm_eps=1e-6)
    Masker.load(adapter, base=str(base))
    (base / "tokenizer.json").write_text(json.dumps({**written, "model": {**written["model"], "merges": []}}))
    with pytest.raises(AdapterError, match="another tokenizer or configuration"):
        Masker.load(adapter, base=str(base))


def test_a_shared_base_refuses_the_second_adapter_of_another_tokenizer(adapter: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(adapter, tmp_path / "other"))
    edit(other / "loredact.json", base__identity="0" * 64)
    shared = SharedBases("float32")
    shared.load(adapter)
    with pytest.raises(AdapterError, match="another tokenizer or configuration"):
        shared.load(other)


def test_an_adapter_of_an_earlier_version_is_read_as_it_was(adapter: Path) -> None:
    edit(adapter / "loredact.json", decoding__recall=0.9, decoding__evidence_threshold=-3.0, base__identity=None)
    points = [{"offset": 0.0, "recall": 0.8, "precision": 0.9}, {"offset": 2.0, "recall": 0.95, "precision": 0.7}]
    edit(adapter / "loredact.json", decoding__operating_points=points, report__strict={"f1": 0.5})
    now, before = read_description(adapter), Masker.load(adapter).mask(TEXT)
    architecture, decoding = now.architecture, now.decoding
    flat: dict[str, object] = {
        "format": 2,
        "digests": None,
        "base": now.base.name,
        "fingerprint": now.base.fingerprint,
        "identity": None,
        "method": "lora",
        "labels": architecture.labels,
        "off": (),
        "depth": architecture.num_layers,
        "attention": architecture.attention,
        "window": architecture.window,
        "overlap": architecture.overlap,
        "temperature": decoding.temperature,
        "edges": {"ends": {}, "starts": {}},
        "recall": 0.9,
        "nobodys_masked": None,
        "margin": -3.0,
        "dial": [{"bias": p["offset"], "recall": p["recall"], "precision": p["precision"]} for p in points],
        "figures": {"strict": {"f1": 0.5}},
    }
    for told in (flat, {name: value for name, value in flat.items() if name != "digests"} | {"format": 1}):
        (adapter / "loredact.json").write_text(json.dumps(told))
        assert read_description(adapter).model_copy(update={"format": 3}) == now
        assert Masker.load(adapter).mask(TEXT) == before
    (adapter / "loredact.json").write_text(json.dumps({**flat, "of no version": 1}))
    with pytest.raises(AdapterError, match="of no version"):
        read_description(adapter)


@pytest.mark.parametrize("name", ["default", "fast"])
def test_an_adapter_that_ships_is_valid(name: str) -> None:
    assert read_description(find_adapter(name)).architecture.labels
    assert read_config(find_adapter(name)).rank


def test_an_edited_description_is_refused_until_its_digests_are_set_aside(adapter: Path) -> None:
    path = adapter / "loredact.json"
    about = json.loads(path.read_text())
    about["decoding"]["temperature"] = 2.0
    path.write_text(json.dumps(about))
    with pytest.raises(AdapterError, match="set digests to null"):
        Masker.load(adapter)
    path.write_text(json.dumps({**about, "digests": None}))
    assert read_description(adapter).decoding.temperature == 2
    path.write_text(json.dumps({name: value for name, value in about.items() if name != "digests"}))
    with pytest.raises(AdapterError, match="digests are missing"):
        Masker.load(adapter)


def test_a_file_of_another_adapter_is_refused(adapter: Path, tmp_path: Path, tiny_base: Base) -> None:
    random_tagger(tiny_base, std=0.2).save(tmp_path / "other")
    shutil.copy(tmp_path / "other" / WEIGHTS, adapter / WEIGHTS)
    with pytest.raises(AdapterError, match=r"adapter_model\.safetensors is not what was written"):
        Masker.load(adapter)


def test_a_shared_base_takes_no_adapter_that_lacks_a_layer(adapter: Path) -> None:
    tensors = load_file(adapter / WEIGHTS)
    gone = _own(adapter, "lora_A.weight").removesuffix("lora_A.weight")
    kept = {name: tensor for name, tensor in tensors.items() if not name.startswith(gone)}
    save_file(kept, adapter / WEIGHTS)
    edit(adapter / "loredact.json")
    with pytest.raises(AdapterError, match="lacks"):
        SharedBases("float32").load(adapter)


@pytest.mark.parametrize(("part", "axis"), [("lora_A.weight", 0), ("lora_B.weight", 1), ("lora_A.weight", 1)])
def test_a_shared_base_takes_no_adapter_of_another_rank_than_it_says(adapter: Path, part: str, axis: int) -> None:
    tensors = load_file(adapter / WEIGHTS)
    name = _own(adapter, part)
    tensors[name] = tensors[name].narrow(axis, 0, tensors[name].shape[axis] - 1).contiguous()
    save_file(tensors, adapter / WEIGHTS)
    edit(adapter / "loredact.json")
    with pytest.raises(AdapterError):
        SharedBases("float32").load(adapter)


def test_a_tokenizer_with_more_tokens_than_the_base_is_refused(base: Path) -> None:
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.add_tokens([*(f"more-{number}" for number in range(400)), "Lovelace"])
    tokenizer.save(str(base / "tokenizer.json"))
    with pytest.raises(BaseError, match="no embedding"):
        next(_begin(base).score([TEXT]))


# --- what choses layers


@pytest.mark.parametrize(
    "changes",
    [
        {"rank_pattern": {"(.+)+\x00": 4}},
        {"alpha_pattern": {".*": 4}},
        {"target_modules": "(.+)+x"},
        {"target_modules": ["q_proj", ".*"]},
        {"target_modules": ["q" * 300]},
        {"rank_pattern": {f"layers.{number}": 4 for number in range(100_000)}},
        {"target_modules": [f"layers.{number}" for number in range(100_000)]},
    ],
)
def test_an_adapters_patterns_are_names_and_few(adapter: Path, changes: dict[str, object]) -> None:
    edit(adapter / "adapter_config.json", **changes)
    began = time.monotonic()
    with pytest.raises(AdapterError, match="no regular expressions"):
        Tagger.load(adapter)
    assert time.monotonic() - began < 2


def test_as_many_patterns_as_may_be_are_read_in_a_moment(adapter: Path) -> None:
    many = {f"model.layers.{number}.q_proj": 4 for number in range(16_000)}
    edit(adapter / "adapter_config.json", rank_pattern=many)
    config = read_config(adapter)
    began = time.monotonic()
    assert [config.rank_of(f"model.layers.{number}.k_proj") for number in range(20)] == [4] * 20
    assert time.monotonic() - began < 10


def test_the_names_that_we_write_are_read_again(adapter: Path) -> None:
    edit(adapter / "adapter_config.json", rank_pattern={r"model\.layers\.0\.mlp\.up_proj": 4, "^model.layers.1": 2})
    config = read_config(adapter)
    assert config.rank_of("model.layers.0.mlp.up_proj") == 4
    assert config.rank_of("modelxlayers.0.mlp.up_proj") == config.rank
    assert LoRAConfig(rank_pattern={r"layers\.\d+\.mlp": 3}).rank_of("layers.1.mlp") == 3  # a user's own settings


# --- files that cannot be read


@pytest.mark.parametrize("written", [b"[" * 100_000, b'{"a": NaN}', b'{"a": 1e400}', b'{"a": 1, "a": 2}', b"\xff", b""])
def test_json_that_is_not_strict_is_refused(written: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_json(written)


@pytest.mark.parametrize("file", ["loredact.json", "adapter_config.json"])
@pytest.mark.parametrize("written", ["[" * 100_000, "[]", "3", "null", '{"format": 1, "format": 1}', "\ud800"])
def test_an_adapters_json_that_is_odd_is_refused(adapter: Path, file: str, written: str) -> None:
    edit(adapter / "loredact.json")
    (adapter / file).write_bytes(written.encode("utf-8", "surrogatepass"))
    with pytest.raises(AdapterError, match=file):
        Masker.load(adapter)


@pytest.mark.parametrize("written", ["[" * 100_000, "[]", "3", "", "{}", '{"text_config": 3}', '{"model_type": "no"}'])
def test_a_bases_configuration_that_is_odd_is_refused(base: Path, written: str) -> None:
    (base / "config.json").write_text(written)
    with pytest.raises(BaseError):
        _begin(base)


def test_a_bases_configuration_without_a_key_is_refused(base: Path) -> None:
    whole = read_base_config(base)
    needed = 0
    for name in whole:
        (base / "config.json").write_text(json.dumps({key: value for key, value in whole.items() if key != name}))
        try:
            _begin(base)
        except BaseError:
            needed += 1
    assert needed >= 5


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"\x00" * 8,
        b"\xff" * 64,
        (2).to_bytes(8, "little") + b"[]",
        (2).to_bytes(8, "little") + b"{}",
        (9).to_bytes(8, "little") + b'{"a": []}',
        (63).to_bytes(8, "little") + b'{"a": {"dtype": "F32", "shape": [9], "data_offsets": [0, 4000]}}',
        (64).to_bytes(8, "little") + b'{"a": {"dtype": "X32", "shape": [1], "data_offsets": [0, 4]}}   ' + b"1234",
    ],
)
def test_an_odd_header_of_safetensors_is_refused(adapter: Path, base: Path, written: bytes) -> None:
    (base / "model.safetensors").write_bytes(written)
    with pytest.raises(BaseError):
        _begin(base)
    edit(adapter / "loredact.json")
    (adapter / WEIGHTS).write_bytes(written)
    for shared in (None, SharedBases("float32")):
        with pytest.raises(AdapterError):
            Masker.load(adapter, shared=shared)


@pytest.mark.parametrize("written", ["", "{}", "[]", '{"model": {"type": "BPE"}}', "[" * 100_000])
def test_a_bad_tokenizer_is_refused(base: Path, written: str) -> None:
    (base / "tokenizer.json").write_text(written)
    with pytest.raises(BaseError, match="tokenizer"):
        _begin(base)


def test_a_tokenizer_that_drops_a_text_is_refused(base: Path) -> None:
    (base / "tokenizer.json").write_text('{"model": {"type": "BPE", "vocab": {}, "merges": []}}')
    with pytest.raises(BaseError, match="no tokens"):
        next(_begin(base).score([TEXT]))


def test_a_base_of_transformers_without_a_tensor_is_refused(tmp_path: Path, tiny_folder: Path) -> None:
    from transformers import GPT2Config, GPT2LMHeadModel

    GPT2LMHeadModel(GPT2Config(vocab_size=400, n_embd=48, n_layer=2, n_head=6)).save_pretrained(tmp_path)
    shutil.copy(tiny_folder / "tokenizer.json", tmp_path)
    _begin(tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    del tensors["transformer.h.0.attn.c_attn.weight"]
    save_file(tensors, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(BaseError, match="lacks the weight"):
        _begin(tmp_path)


def test_a_checkpoint_without_a_tensor_is_refused(tmp_path: Path, tiny_base: Base, people: list[Document]) -> None:
    settings = Settings(base=str(tiny_base.folder), depth=1, window=16, overlap=4, epochs=1, precision="float32")
    train_into(tmp_path, people[:4], settings, held_out=[])
    tensors = {"weights.no": random_tagger(tiny_base).head.weight.detach()}
    state = RunState(settings=json.dumps([settings.model_dump(mode="json"), None]), data=corpus_digest(people[:4], []))
    write_checkpoint(tmp_path, Checkpoint(state, tensors))
    with pytest.raises(InputError, match="lacks a tensor"):
        train_into(tmp_path, people[:4], settings, held_out=[], resume=True)


# --- templates and normalizers of a base


@pytest.mark.parametrize(
    "template",
    [
        "{% for",
        "{{ nothing.of.this }}",
        "{{ raise_exception('no') }}",
        "{{ messages[99]['content'] }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "nothing of what is said",
    ],
)
def test_a_chat_template_that_fails_or_loops_is_refused(base: Path, template: str) -> None:
    about = {"tokenizer_class": "PreTrainedTokenizerFast", "chat_template": template}
    (base / "tokenizer_config.json").write_text(json.dumps(about))
    found = find_base(str(base))
    told = GeneratorDescription(
        base=GeneratorBase(name=found.name, fingerprint=found.fingerprint),
        architecture=GeneratorArchitecture(labels=("PERSON",)),
    )
    began = time.monotonic()
    with pytest.raises(BaseError, match="chat template"):
        ConstrainedGenerator.new(found, told, LoRAConfig(rank=2), "float32")
    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    "normalizer",
    [
        normalizers.Sequence([normalizers.Replace("a", "aa")] * 40),
        normalizers.Replace("a", "a" * 100_000),
        normalizers.Prepend("a" * 100_000),
        normalizers.Sequence([normalizers.Replace(Regex("b*"), "a")] * 10),
    ],
)
def test_a_normalizer_that_grows_a_text_is_refused(base: Path, normalizer: normalizers.Normalizer) -> None:
    path = base / "tokenizer.json"
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.normalizer = normalizer
    tokenizer.save(str(path))
    with pytest.raises(BaseError, match="times as long"):
        read_tokenizer(path)


def test_a_normalizer_of_the_usual_kind_is_read(base: Path) -> None:
    path = base / "tokenizer.json"
    tokenizer = Tokenizer.from_file(str(path))
    usual = [normalizers.NFKD(), normalizers.Prepend("▁"), normalizers.Replace(" ", "▁"), normalizers.Lowercase()]
    tokenizer.normalizer = normalizers.Sequence(usual)
    tokenizer.save(str(path))
    assert read_tokenizer(path).encode("a b", add_special_tokens=False).ids


# --- names


def test_a_relative_base_is_kept_with_its_whole_path(
    base: Path, tmp_path: Path, people: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings(base="base", depth=1, window=16, overlap=4, epochs=1, precision="float32")
    train(people[:4], settings, held_out=[]).save("adapter")
    assert read_description(tmp_path / "adapter").base.name == str(base)
    monkeypatch.chdir("/")
    Masker.load(tmp_path / "adapter")


def test_a_folder_with_the_name_of_another_base_or_adapter_is_told(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said: list[str] = []
    (tmp_path / "org").mkdir()
    base.rename(tmp_path / "org" / "name")
    assert find_base("org/name", said.append).folder == Path("org/name")
    (tmp_path / "default").mkdir()
    assert find_adapter("default", said.append) != Path("default")
    assert find_adapter("./default", said.append) == Path("default")
    assert said == [
        "org/name is the folder of that name, and not the one on the Hugging Face hub",
        "default is the adapter that ships with loredact, and not the folder, which is ./default",
    ]


def test_a_user_without_a_home_is_told() -> None:
    with pytest.raises(BaseError, match="no home folder"):
        find_base("~nosuchuser/base")


def test_what_a_terminal_would_obey_is_shown_as_an_escape(
    adapter: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert printable("a\x1b[2Jb\u202e\x9b\n") == "a\\x1b[2Jb\\u202e\\x9b\n"
    assert printable("Erdős [PERSON] \\d") == "Erdős [PERSON] \\d"
    edit(adapter / "adapter_config.json", peft_type="\x1b]0;owned\x07")
    with pytest.raises(AdapterError, match="peft_type") as refused:
        Tagger.load(adapter)
    assert str(refused.value).isprintable()
    edit(adapter / "adapter_config.json", peft_type="LORA")
    tensors = load_file(adapter / WEIGHTS)
    save_file({**tensors, "\x1b[2Jx": torch.zeros(1)}, adapter / WEIGHTS)
    with pytest.raises(AdapterError, match="holds, beyond") as refused:
        Tagger.load(adapter)
    assert str(refused.value).isprintable()
    monkeypatch.setattr(console, "console", Console(file=sys.stderr))
    console.say("going on from \x1b[2J")
    assert "\x1b[2J" not in capsys.readouterr().err


def test_an_adapter_on_a_base_of_the_catalogue_names_its_weights_alone(tmp_path: Path, fast_base: Base) -> None:
    # The libraries write its tokenizer.json, and another version of them may write it in another way.
    random_tagger(fast_base, std=0.1).save(tmp_path)
    about = read_description(tmp_path)
    assert (about.base.fingerprint, about.base.identity) == (fast_base.fingerprint, None)
