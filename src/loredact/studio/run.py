"""Start the studio: a free port on the loopback, a token, the browser."""

import contextlib
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn

from loredact.errors import InputError, LoredactError
from loredact.studio.access import Access
from loredact.studio.app import make_app
from loredact.studio.state import Studio

LOOPBACK = "127.0.0.1"


def run(
    folder: Path,
    port: int = 0,
    *,
    browser: bool = True,
    tell: Callable[[str], None] = lambda line: None,
    say: Callable[[str], None] = lambda step: None,
) -> None:
    """Serve the studio of `folder` until Ctrl-C or SIGTERM; `tell` is told its address, once it can be opened.

    Raises:
        InputError: where the port is taken, or the folder cannot be used.
    """
    with _listening(port) as open_socket:
        access = Access(open_socket.getsockname()[1])
        studio = Studio.open(folder, access)
        try:
            address = access.new_address()
            tell(address)
            if browser and not webbrowser.open(address):
                say("No browser could be opened: open the address yourself. It works once.")
            # So that the first suggestion does not wait for the adapter.
            threading.Thread(target=_warm, args=(studio, say), daemon=True).start()
            uvicorn.Server(
                uvicorn.Config(make_app(studio), log_config=None, access_log=False, server_header=False, lifespan="off")
            ).run([open_socket])
        finally:
            studio.close()


@contextlib.contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((LOOPBACK, port))
        except OSError as error:
            raise InputError(f"The port {port} cannot be listened on: {error.strerror}. Give another --port.") from None
        # From here on a browser that is quicker than uvicorn waits for it.
        listening.listen(128)
        yield listening


def _warm(studio: Studio, say: Callable[[str], None]) -> None:
    try:
        studio.suggester.load().masker.find("Ada Lovelace, 10 December 1815")
    except LoredactError as error:
        say(f"No suggestions: {error}")
