"""`loredact studio`: label, train, compare and mask in the browser, on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from loredact.cli.console import say, tell
from loredact.errors import InputError

EXAMPLE = "Example: loredact studio letters"


def studio(
    folder: Annotated[Path, typer.Argument(help="The folder that keeps everything; made if it is not there.")] = Path(
        "studio"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
) -> None:
    """Label texts, train, compare and mask in the browser, on this machine only.

    All is kept in FOLDER: one SQLite file, and the adapters. Whoever is handed the folder has all of it, the texts too.
    The address that is printed works once; a page gives others for more browsers. Ctrl-C ends it; a training run that
    is under way goes on with the next start.
    """
    try:
        from loredact.studio.run import run
    except ImportError:
        raise InputError("The studio needs more packages: pip install 'loredact[studio]'.") from None
    run(folder, port, browser=not no_browser, tell=tell, say=say)
