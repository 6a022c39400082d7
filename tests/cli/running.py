"""The command line in a process of its own, as a shell starts it, but with PyTorch imported already.

The processes are forked from a server that has imported what the commands import and computed nothing, so a command
costs what it does and not three seconds more.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(
    ["loredact.cli.app", "loredact.cli.mask_print", "loredact.cli.mask_out", "loredact.training"]
)
_SECONDS = 240


def run(
    *arguments: str | Path, stdin: bytes = b"", closed: int | None = None, **env: str
) -> subprocess.CompletedProcess[bytes]:
    """`loredact` with `arguments`, in the environment of this process with `env`; without the stream `closed`."""
    command = list(map(str, arguments))
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder) / name for name in ("stdin", "stdout", "stderr")]
        streams[0].write_bytes(stdin)
        process = _FORKED.Process(
            target=_command, args=(command, streams, closed, Path.cwd(), {**os.environ, "COLUMNS": "120", **env})
        )
        process.start()
        process.join(_SECONDS)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(command, _SECONDS)
        _, output, errors = (path.read_bytes() if path.exists() else b"" for path in streams)
    return subprocess.CompletedProcess(command, process.exitcode, output, errors)


def _command(arguments: list[str], streams: list[Path], closed: int | None, folder: Path, env: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    for number, (name, path) in enumerate(zip(("stdin", "stdout", "stderr"), streams, strict=True)):
        if number == closed:
            os.close(number)
            setattr(sys, name, None)
        else:
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT if number else os.O_RDONLY), number)
            setattr(sys, name, open(number, "w" if number else "r"))  # noqa: SIM115, PTH123 - for the process
    sys.argv = ["loredact", *arguments]

    from loredact.cli import run as run_cli

    run_cli()
