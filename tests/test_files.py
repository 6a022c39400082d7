"""A file is written whole or not at all, and what is no file is written into and stays what it is."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from loredact.files import replacing, write_text


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_text(path, "old")

    def fail() -> None:
        with replacing(path) as part:
            part.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.json", "old")]


def test_writing_into_a_pipe_leaves_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(path.read_text()))
    reader.start()
    write_text(path, "Ada")
    reader.join(10)
    assert read == ["Ada"]
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert [file.name for file in tmp_path.iterdir()] == ["pipe"]


def test_writing_into_a_device_leaves_the_device() -> None:
    if os.access("/dev", os.W_OK):
        before = Path("/dev/null").stat()
    else:
        pytest.skip("the folder of devices can be written to by its owner alone")
    write_text(Path("/dev/null"), "Ada")
    after = Path("/dev/null").stat()
    assert stat.S_ISCHR(after.st_mode)
    assert (after.st_ino, after.st_rdev, after.st_mode) == (before.st_ino, before.st_rdev, before.st_mode)


@pytest.mark.parametrize("to", ["pipe", "file"])
def test_writing_to_standard_output_by_its_name_writes_there(tmp_path: Path, to: str) -> None:
    code = "from pathlib import Path\nfrom loredact.files import write_text\nwrite_text(Path('/dev/stdout'), 'Ada')"
    if not Path("/dev/stdout").exists():
        pytest.skip("standard output has no name here")
    if to == "pipe":
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        assert done.stdout == b"Ada"
        return
    # What another program has written to the file stays, and the file is the one that was open.
    with (tmp_path / "out").open("wb") as file:
        subprocess.run([sys.executable, "-c", f"print('first', flush=True)\n{code}"], stdout=file, check=True)
        assert os.fstat(file.fileno()).st_size == 9
    assert (tmp_path / "out").read_text() == "first\nAda"


def test_writing_through_a_symbolic_link_replaces_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "link"
    link.symlink_to(Path("there") / "a.json")
    for text in ("new", "newer"):
        write_text(link, text)
        assert link.is_symlink()
        assert (tmp_path / "there" / "a.json").read_text() == text
    assert [file.name for file in (tmp_path / "there").iterdir()] == ["a.json"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_writing_keeps_the_mode_of_the_file(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    path.chmod(mode)
    with replacing(path) as part:
        assert _mode(part) == 0o600, "nobody else reads it while it is written"
        part.write_text("new")
    assert (path.read_text(), _mode(path)) == ("new", mode)


def test_writing_a_new_file_heeds_the_umask_and_never_changes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.umask(0o027)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(os, "umask", lambda mask: pytest.fail("the umask was changed"))
            write_text(tmp_path / "a.json", "new")
    finally:
        os.umask(before)
    assert _mode(tmp_path / "a.json") == 0o640


def test_writing_to_a_file_in_memory_replaces_it() -> None:
    folder = Path("/dev/shm")
    if not os.access(folder, os.W_OK):
        pytest.skip("no files in memory here")
    path = folder / f"loredact-test-{os.getpid()}"
    try:
        for text in ("longer", "new"):
            write_text(path, text)
            assert path.read_text() == text
    finally:
        path.unlink(missing_ok=True)
