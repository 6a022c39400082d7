"""Faults at random moments, and whether what is promised holds: `make faults`.

    python -m tests.faults [--times 100] [--only ROW] [--seed 0]

Each row kills, starves or damages one part of the program so many times, and looks at what is left each time:

- `vault`: SIGKILL in a writer; every committed value is there, no document is half there.
- `studio`: SIGKILL in an edit; what was answered is there, and the log gives the same labels.
- `adapter`: SIGKILL while an adapter is written over another; the folder is the one or the other, or says it is none.
- `training`: SIGKILL in a run; resumed, it ends with the adapter of an unbroken run, bit for bit.
- `bulk`: SIGKILL in bulk masking; the same command then ends with the files of an unbroken run.
- `full-disk`: no file can grow beyond a random size while a command writes; it says so, and no half file is left.
- `damage`: a damaged adapter or base masks as before or is refused (`benchmarks/damage.py`).

Exit code 1 where one did not hold.
"""

import argparse
import contextlib
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import damage

from loredact.adapters.description import FILE
from loredact.bases import Base
from loredact.corpora import read_corpus, write_corpus
from loredact.document import Document, Span
from loredact.errors import AdapterError
from loredact.lora import LoRAConfig
from loredact.tagger import Tagger
from loredact.training import Settings
from tests.conftest import make_tiny_base, random_tagger
from tests.studio.test_labelled import killed_in_an_edit
from tests.vault.test_vault import KEY, killed_at_random

ADAPTER_FILES = ("adapter_model.safetensors", "adapter_config.json", FILE)
_TRAINS = """
import sys
from pathlib import Path
import loredact.training.folder as folder
from loredact.corpora import read_corpus
from loredact.training import Progress, Settings, train_into
folder._CHECKPOINT_SECONDS = 0.0
settings = Settings.model_validate_json(sys.argv[3])
say = Progress(step=lambda step: print(step.number, flush=True))
train_into(sys.argv[2], read_corpus(sys.argv[1]), settings, held_out=[], resume=True, progress=say)
"""
_SAVES = """
import sys
from pathlib import Path
from loredact.tagger import Tagger
taggers = [Tagger.load(Path(name)) for name in sys.argv[2:]]
print("ready", flush=True)
for turn in range(10_000):
    taggers[turn % 2].save(Path(sys.argv[1]))
"""
# Runs the command line while no file can grow beyond so many bytes.
_STARVED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from loredact.cli import run
sys.argv[1:2] = []
run()
"""


def vault(times: int, chance: random.Random, folder: Path) -> int:
    """`vault`; gives how many times it held, as each row does."""
    from loredact.vault import Vault

    held = 0
    for number in range(times):
        path = folder / f"{number}.db"
        Vault.new(path, KEY)
        killed_at_random(path, 1, chance)
        held += 1
    return held


def studio(times: int, chance: random.Random, folder: Path) -> int:
    """`studio`."""
    held = 0
    for number in range(times):
        killed_in_an_edit(folder / str(number), chance.randrange(1, 60))
        held += 1
    return held


def adapter(times: int, chance: random.Random, folder: Path) -> int:
    """`adapter`."""
    base = make_tiny_base(folder / "base")
    for name, std in (("first", 0.3), ("second", 0.2)):
        random_tagger(base, std=std).save(folder / name)
    contents = [_files(folder / name) for name in ("first", "second")]
    out, held = folder / "out", 0
    for _ in range(times):
        with _started(_SAVES, out, folder / "first", folder / "second") as process:
            _killed_after(process, 1, chance.uniform(0, 0.3))
        try:
            Tagger.load(out)
            held += _files(out) in contents
        except AdapterError as error:
            held += "no adapter of loredact" in str(error) or "no whole adapter" in str(error)
    return held


def training(times: int, chance: random.Random, folder: Path) -> int:
    """`training`."""
    from loredact.training import train_into

    base = make_tiny_base(folder / "base")
    corpus, settings = folder / "corpus.jsonl", _settings(base)
    write_corpus(corpus, _people())
    train_into(folder / "unbroken", read_corpus(corpus), settings, held_out=[])
    held = 0
    for number in range(times):
        broken = folder / str(number)
        with _started(_TRAINS, corpus, broken, settings.model_dump_json()) as process:
            _killed_after(process, chance.randrange(1, 10), chance.uniform(0, 0.05))
        train_into(broken, read_corpus(corpus), settings, held_out=[], resume=not (broken / FILE).exists())
        held += _files(broken) == _files(folder / "unbroken")
    return held


def bulk(times: int, chance: random.Random, folder: Path) -> int:
    """`bulk`."""
    base = make_tiny_base(folder / "base")
    random_tagger(base).save(folder / "adapter")
    source = folder / "people.csv"
    source.write_text("name,note\n" + "".join(f"Person {n},wrote on {n % 28 + 1} May\n" for n in range(3_000)))
    command = ["mask", source, "--adapter", folder / "adapter", "--no-rules", "--workers", "2", "--out"]
    _run(*command, folder / "whole")
    expected, held = (folder / "whole" / source.name).read_bytes(), 0
    for number in range(times):
        out = folder / str(number)
        with _started_command(*command, out) as process:
            time.sleep(chance.uniform(2, 6))
            process.send_signal(signal.SIGKILL)
        half = (out / source.name).exists() and (out / source.name).read_bytes() != expected
        done = _run(*command, out)
        held += not half and done.returncode == 0 and (out / source.name).read_bytes() == expected
    return held


def full_disk(times: int, chance: random.Random, folder: Path) -> int:
    """`full-disk`."""
    base = make_tiny_base(folder / "base")
    random_tagger(base).save(folder / "adapter")
    text = folder / "letters.txt"
    text.write_text("Today we met Ada Lovelace in London.\n" * 400)
    command = ["mask", text, "--adapter", folder / "adapter", "--no-rules", "--workers", "1", "--out"]
    _run(*command, folder / "whole")
    expected, held = (folder / "whole" / text.name).read_bytes(), 0
    for number in range(times):
        out = folder / str(number)
        limit = chance.randrange(0, len(expected) + 2000)
        done = subprocess.run(
            [sys.executable, "-c", _STARVED, str(limit), *map(str, command), str(out)], capture_output=True, check=False
        )
        whole = not (out / text.name).exists() or (out / text.name).read_bytes() == expected
        clear = done.returncode == 0 or (done.returncode != 70 and b"Traceback" not in done.stderr and done.stderr)
        held += bool(whole and clear and b"Ada" not in done.stderr)
    return held


def damaged(times: int, chance: random.Random, folder: Path) -> int:
    """`damage`."""
    return times - damage.run(times, chance.randrange(1 << 20), folder, print, digests=True)


ROWS: dict[str, Callable[[int, random.Random, Path], int]] = {
    "vault": vault,
    "studio": studio,
    "adapter": adapter,
    "training": training,
    "bulk": bulk,
    "full-disk": full_disk,
    "damage": damaged,
}


def _people() -> list[Document]:
    names = ("Ada Lovelace", "Paul Erdős", "Emmy Noether")
    called = [(names[number % 3], number) for number in range(30)]
    return [Document(f"Please call {name} on {n}.", (Span(12, 12 + len(name), "PERSON"),)) for name, n in called]


def _settings(base: Base) -> Settings:
    return Settings(
        base=str(base.folder),
        depth=2,
        window=48,
        overlap=4,
        row_tokens=96,
        epochs=2,
        lora=LoRAConfig(rank=4, alpha=8),
    )


def _files(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in ADAPTER_FILES}


@contextlib.contextmanager
def _started(program: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process


@contextlib.contextmanager
def _started_command(*arguments: object) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "loredact", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        yield process


def _killed_after(process: subprocess.Popen[str], lines: int, seconds: float) -> None:
    """Kill `process` some time after it has printed so many lines."""
    assert process.stdout is not None
    for _ in range(lines):
        process.stdout.readline()
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)


def _run(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "loredact", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False)


def main() -> int:
    """Run the rows and print how many times each held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=100, help="of each row")
    parser.add_argument(
        "--only", action="append", choices=list(ROWS), metavar="ROW", help="this row; may be given again"
    )
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    failed = 0
    for name in given.only or ROWS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            try:
                held = ROWS[name](given.times, random.Random(given.seed), Path(folder))
            except AssertionError as error:
                held = 0
                print(f"{name}: {error}")
        failed += held < given.times
        print(f"{name:12}{held:>5} of {given.times}{time.monotonic() - began:>10.0f} s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
