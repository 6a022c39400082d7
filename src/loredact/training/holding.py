"""A folder is trained into by one run at a time."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock

from loredact.errors import InputError

_FILE = ".training.lock"


@contextlib.contextmanager
def held(folder: Path, say: Callable[[str], None] = lambda step: None) -> Iterator[None]:
    """Hold `folder`, which is made if need be, against other runs; a folder that stays empty is removed again.

    The lock is the system's own, so that a run that was killed holds nothing.

    Raises:
        InputError: where another run holds it.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _FILE
    lock = filelock.FileLock(path)
    try:
        lock.acquire(blocking=False)
        # Not one that its holder removed in the meantime.
        taken = path.exists()
    except filelock.Timeout:
        taken = False
    except NotImplementedError:
        taken = True
        say(f"{folder} is on a disk that has no locks: see to it that no other run trains into it")
    if not taken:
        lock.release()
        raise InputError(f"Another run trains into {folder} right now. Wait for its end, or train into another folder.")
    try:
        yield
    finally:
        # Removed while it is held: whoever takes it next makes it anew.
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        lock.release()
        for empty in made:
            try:
                empty.rmdir()
            except OSError:
                break
