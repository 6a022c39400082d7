"""Damage an adapter or a base at random, many times: what masks then gives the undamaged result or says what is wrong.

    python benchmarks/damage.py [--copies 10000] [--seed 0] [--without-digests]

Each copy of an adapter on a tiny base has one of its files, or of its base's, damaged in one way: bits flipped, cut
short, numbers of JSON or of tensors replaced by NaN, infinities and extremes, entries dropped, entries doubled. It
holds where masking raises a `LoredactError`, or gives the text and the spans of the undamaged copy. The bases are
random: a Llama and a BERT in a folder, the Llama in the cache, a GPT-2, which Transformers builds, and the Llama with a
chat template, which writes.

With `--without-digests` the adapters have none and name no identity of their base, as those of earlier versions: a
number that is another one, but a sound one, then gives another result. It holds where nothing unforeseen is raised.

Exit code 1 where one copy did not hold; its seed is printed.
"""

import argparse
import json
import logging
import os
import random
import shutil
import struct
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from loredact.adapters.description import BaseModelReference
from loredact.bases import CATALOGUE, DEFAULT_BASE, Base, find_base
from loredact.bases.identity import record
from loredact.decoding import Boundaries, Decoding, OperatingPoint
from loredact.document import Masked
from loredact.errors import LoredactError
from loredact.generator import ConstrainedGenerator, GeneratorArchitecture, GeneratorBase, GeneratorDescription
from loredact.lora import LoRAConfig
from loredact.masking import Masker
from loredact.tagger import Architecture, Description, SharedBases, Tagger

TEXT = "Today we met Ada Lovelace in London, and Paul Erdős on 12 34 56. Call Emmy Noether on 01 02 03."
CACHED = "damaged-tiny"
END = "<end>"
_SIZES = {"vocab_size": 400, "hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 6}
_WIDE = {"intermediate_size": 96}
NUMBERS = (
    *("NaN", "Infinity", "-Infinity", "1e308", "-1e308", "1e-320", "1e400", "0", "-1", "1", "2", "7", "0.5"),
    *(str(1 << 31), str(1 << 63), "1" + "0" * 30, "true", "null", '"7"', "[]", "{}"),
)
# float32, as they stand in memory.
WORDS = (0x7FC00000, 0x7F800000, 0xFF800000, 0x7F7FFFFF, 0xFF7FFFFF, 0x00000001, 0x3F800000, 0x00000000)


@dataclass(frozen=True, slots=True)
class Case:
    """An adapter with its base, and how a copy of both is masked with."""

    name: str
    adapter: Path
    base: Path
    mask: Callable[[Path, Path], Masked]


def plain_cases(folder: Path) -> list[Case]:
    """An adapter on a random Llama, a BERT and a GPT-2, each with its base in a folder of its own in `folder`."""
    import transformers
    from transformers import BertConfig, BertModel, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    logging.getLogger("transformers").setLevel(logging.CRITICAL)
    torch.manual_seed(1)
    llama = LlamaConfig(**_SIZES, **_WIDE, num_key_value_heads=2, head_dim=8, tie_word_embeddings=True)
    bert = BertConfig(**_SIZES, **_WIDE, max_position_embeddings=128)
    gpt2 = GPT2Config(vocab_size=400, n_embd=48, n_layer=2, n_head=6, n_positions=128)
    networks = {"llama": LlamaForCausalLM(llama), "bert": BertModel(bert), "gpt2": GPT2LMHeadModel(gpt2)}
    found = []
    for name, network in networks.items():
        base = folder / name / "base"
        network.save_pretrained(base)
        _tokenizer().save(str(base / "tokenizer.json"))
        found.append(_case(name, folder / name / "adapter", find_base(str(base)), _mask_beside))
    return found


def cases(folder: Path, digests: bool) -> list[Case]:
    """The adapters, made in `folder`, which is also where the cache is then."""
    found = plain_cases(folder)
    os.environ["LOREDACT_HOME"] = str(folder / "home")
    CATALOGUE[CACHED] = replace(CATALOGUE[DEFAULT_BASE], name=CACHED)
    shutil.copytree(folder / "llama" / "base", _cached())
    (_cached() / "base.json").write_text(json.dumps(record(_cached(), {"name": CACHED}), indent=2))
    found.append(_case("cached", folder / "cached", find_base(CACHED), _mask_cached))
    for case in () if digests else found:
        remove_digests(case)
    shared = replace(found[0], name="shared", mask=_mask_shared)
    often = [*found[:2], found[3], shared]
    if not digests:
        often.append(replace(found[0], name="untrained", mask=_mask_untrained))
    return [*often, found[2], _writing(folder / "writer", found[0].base, digests)]


def remove_digests(case: Case) -> None:
    """Make the adapter one of an earlier version, which has no digests and does not name its base's identity."""
    path = case.adapter / "loredact.json"
    data = json.loads(path.read_text()) | {"digests": None}
    data["base"]["identity"] = None
    path.write_text(json.dumps(data))


def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=[END], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator([TEXT] * 20, trainer)
    return tokenizer


def _case(name: str, adapter: Path, base: Base, mask: Callable[[Path, Path], Masked]) -> Case:
    """A case whose every trained weight is random, so that it finds spans all over the place."""
    points = tuple(
        OperatingPoint(offset=offset, recall=0.75 + offset / 10, precision=0.7 - offset / 10) for offset in range(-2, 3)
    )
    description = Description(
        base=BaseModelReference(name=base.name, fingerprint=base.fingerprint),
        architecture=Architecture(labels=("PERSON", "PHONE"), num_layers=2, attention="both", window=16, overlap=4),
        decoding=Decoding(
            temperature=1.5,
            evidence_threshold=-3.0,
            recall=0.9,
            boundaries=Boundaries(ends={").": 1}),
            operating_points=points,
        ),
        report={"strict": {"f1": 0.9}},
    )
    tagger = Tagger.new(base, description, LoRAConfig(rank=4, alpha=8), "float32")
    with torch.no_grad():
        for parameter in tagger.network.parameters():
            if parameter.requires_grad:
                parameter.normal_(std=0.3)
    tagger.save(adapter)
    return Case(name, adapter, base.folder, mask)


def _writing(folder: Path, llama: Path, digests: bool) -> Case:
    """A writer with random LoRA, on the Llama in `llama` with a chat template."""
    base = folder / "base"
    shutil.copytree(llama, base)
    template = "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}<end>{% endfor %}"
    more = "{% if add_generation_prompt %}<assistant>{% endif %}"
    about = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": END, "chat_template": template + more}
    (base / "tokenizer_config.json").write_text(json.dumps(about))
    found = find_base(str(base))
    told = GeneratorDescription(
        base=GeneratorBase(name=found.name, fingerprint=found.fingerprint),
        architecture=GeneratorArchitecture(labels=("PERSON", "PHONE"), instruction="M"),
    )
    writer = ConstrainedGenerator.new(found, told, LoRAConfig(rank=4, alpha=8), "float32")
    with torch.no_grad():
        for parameter in writer.network.parameters():
            if parameter.requires_grad:
                parameter.normal_(std=0.5)
    writer.save(folder / "adapter")
    if not digests:
        path = folder / "adapter" / "loredact.json"
        data = json.loads(path.read_text()) | {"digests": None}
        data["base"]["identity"] = data["architecture"]["prompt"] = None
        path.write_text(json.dumps(data))
    return Case("writer", folder / "adapter", base, _mask_writing)


def _mask_writing(adapter: Path, base: Path) -> Masked:
    return Masker.load(adapter, base=str(base), rules=False, compute="float32").mask(TEXT[:40])


def _mask_untrained(_: Path, base: Path) -> Masked:
    """What a base that nobody has trained on yet comes to, as at the beginning of training."""
    found = find_base(str(base))
    torch.manual_seed(3)
    told = Description(
        base=BaseModelReference(name=found.name, fingerprint=found.fingerprint),
        architecture=Architecture(labels=("X",), num_layers=1, attention="both", window=16, overlap=4),
    )
    return Masker(Tagger.new(found, told, LoRAConfig(rank=2), "float32"), rules=False).mask(TEXT)


def _mask_beside(adapter: Path, base: Path) -> Masked:
    return Masker.load(adapter, base=str(base), rules=False, compute="float32").mask(TEXT)


def _mask_shared(adapter: Path, base: Path) -> Masked:
    return Masker.load(adapter, base=str(base), rules=False, shared=SharedBases("float32")).mask(TEXT)


def _mask_cached(adapter: Path, base: Path) -> Masked:
    shutil.rmtree(_cached())
    base.rename(_cached())
    return Masker.load(adapter, rules=False, compute="float32").mask(TEXT)


def _cached() -> Path:
    return Path(os.environ["LOREDACT_HOME"]) / "bases" / CACHED


# --- damage


def damage(path: Path, draw: random.Random) -> str:
    """Damage the file `path` in one way, and say in which."""
    data = path.read_bytes()
    kinds: dict[str, Callable[[bytes, random.Random], bytes]] = {"bits": _flip, "cut": _cut}
    if path.suffix == ".json":
        kinds |= {"number": _number, "dropped": _dropped, "doubled": _doubled, "deep": _deep, "bytes": _bytes}
    elif path.suffix == ".safetensors":
        kinds |= {"word": _word, "header": _header, "bytes": _bytes}
    kind = draw.choice(sorted(kinds))
    path.write_bytes(kinds[kind](data, draw))
    return kind


def _flip(data: bytes, draw: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 8, 64))):
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def _bytes(data: bytes, draw: random.Random) -> bytes:
    place, length = draw.randrange(len(data)), draw.choice((1, 4, 100))
    return data[:place] + draw.randbytes(length) + data[place + length :]


def _cut(data: bytes, draw: random.Random) -> bytes:
    return data[: draw.choice((0, 1, 8, draw.randrange(len(data)), draw.randrange(len(data))))]


def _word(data: bytes, draw: random.Random) -> bytes:
    (length,) = struct.unpack("<Q", data[:8])
    word = draw.randrange((len(data) - 8 - length) // 4)
    place = 8 + length + 4 * word
    return data[:place] + struct.pack("<I", draw.choice(WORDS)) + data[place + 4 :]


def _header(data: bytes, draw: random.Random) -> bytes:
    """Damage the JSON with which a safetensors file begins."""
    (length,) = struct.unpack("<Q", data[:8])
    kind = draw.choice((_number, _dropped, _doubled, _flip, _deep))
    header = kind(data[8 : 8 + length], draw)
    return struct.pack("<Q", len(header)) + header + data[8 + length :]


class _Raw(str):
    """A value of JSON as it is to be written."""

    __slots__ = ()


def _places(value: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Where an entry of an object or a list stands: the container and the name or the index."""
    entries = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for place, inner in entries:
        found.append((value, place))
        _places(inner, found)
    return found


def _one(data: bytes, draw: random.Random) -> tuple[Any, Any, Any]:
    content = json.loads(data)
    places = _places(content, [])
    # Most of a tokenizer is its tokens: half of the time one of the outer entries is damaged.
    outer = [(holder, place) for holder, place in places if len(holder) < 60]
    return content, *draw.choice(outer if outer and draw.random() < 0.5 else places)


def _number(data: bytes, draw: random.Random) -> bytes:
    content = json.loads(data)
    numbers = [(h, p) for h, p in _places(content, []) if isinstance(h[p], int | float)]
    holder, place = draw.choice(numbers) if numbers and draw.random() < 0.8 else _one(data, draw)[1:]
    if not numbers or all(holder is not h for h, _ in numbers):
        content, holder, place = _one(data, draw)
    holder[place] = _Raw(draw.choice(NUMBERS))
    return _written(content).encode()


def _dropped(data: bytes, draw: random.Random) -> bytes:
    content, holder, place = _one(data, draw)
    del holder[place]
    return _written(content).encode()


def _doubled(data: bytes, draw: random.Random) -> bytes:
    content, holder, place = _one(data, draw)
    if isinstance(holder, list):
        holder.insert(place, holder[place])
        return _written(content).encode()
    again = f"{_written(holder[place])}, {json.dumps(place)}: {draw.choice(('0', 'null', '7', '[]', '0.25'))}"
    holder[place] = _Raw(again)
    return _written(content).encode()


def _deep(data: bytes, draw: random.Random) -> bytes:
    content, holder, place = _one(data, draw)
    depth = draw.choice((100, 5000, 100_000))
    holder[place] = _Raw("[" * depth + "]" * depth)
    return _written(content).encode()


def _written(value: Any) -> str:
    if isinstance(value, _Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)}: {_written(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    return json.dumps(value)


# --- the property


def outcome(case: Case, expected: Masked, seed: int) -> tuple[str, str, str]:
    """What masking with a damaged copy of `case` came to: the file, the kind of damage, and `same`, `refused`, or what
    must not be.
    """
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory(dir=case.adapter.parent, prefix="copy-") as temporary:
        adapter, base = Path(temporary) / "adapter", Path(temporary) / "base"
        shutil.copytree(case.adapter, adapter)
        shutil.copytree(case.base if case.base.exists() else _cached(), base)
        path = draw.choice(sorted([*adapter.iterdir(), *base.iterdir()]))
        kind = damage(path, draw)
        name = path.name
        try:
            masked = case.mask(adapter, base)
        except LoredactError as error:
            return name, kind, "refused" if str(error).replace("\n", "").isprintable() else "unprintable"
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic of a tokenizer is no Exception
            return name, kind, f"unforeseen {type(error).__name__}"
    if (masked.text, _spans(masked)) == (expected.text, _spans(expected)):
        return name, kind, "same"
    return name, kind, "unmasked" if masked.text == TEXT else "another result"


def _spans(masked: Masked) -> list[tuple[int, int, str, float]]:
    return [(span.start, span.end, span.label, span.score) for span in masked.spans]


def run(copies: int, seed: int, folder: Path, say: Callable[[str], None], *, digests: bool = True) -> int:
    """Damage `copies` copies from the seed `seed` on, and give how many did not hold, of which `say` is told."""
    holds = {"same", "refused"} if digests else {"same", "refused", "another result", "unmasked"}
    warnings.simplefilter("ignore")
    counts: Counter[tuple[str, str]] = Counter()
    wrong = 0
    all_cases = cases(folder, digests)
    pristine = folder / "pristine"
    shutil.copytree(_cached(), pristine)
    all_cases = [replace(case, base=pristine) if case.name == "cached" else case for case in all_cases]
    expected = {}
    for case in all_cases:
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            base = Path(temporary) / "base"
            shutil.copytree(case.base, base)
            expected[case.name] = case.mask(case.adapter, base)
            finds = expected[case.name].spans or case.name == "writer"
            assert finds, f"{case.name} finds nothing: there is nothing to lose"
    for number in range(seed, seed + copies):
        # The last two take many times as long as the others.
        case = all_cases[-1 - number // 20 % 2] if number % 20 == 19 else all_cases[number % (len(all_cases) - 2)]
        name, kind, result = outcome(case, expected[case.name], number)
        counts[case.name, result] += 1
        if result not in holds:
            wrong += 1
            say(f"seed {number}: {case.name}, {name}, {kind}: {result}")
        if (number - seed + 1) % 1000 == 0:
            say(f"{number - seed + 1} copies, {wrong} did not hold")
    for case in all_cases:
        told = {result: count for (of, result), count in sorted(counts.items()) if of == case.name}
        say(f"{case.name:8} {told}")
    say(f"{copies} damaged copies, {wrong} did not hold")
    return wrong


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="of the first copy; the next ones count on")
    parser.add_argument("--without-digests", action="store_true", help="as adapters of earlier versions are")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        folder, digests = Path(temporary), not asked.without_digests
        wrong = run(asked.copies, asked.seed, folder, lambda line: print(line, flush=True), digests=digests)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
