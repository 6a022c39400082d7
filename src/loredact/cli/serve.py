"""`loredact serve`: answer requests over HTTP."""

from pathlib import Path
from typing import Annotated

import typer

from loredact.cli.console import say, tell
from loredact.errors import InputError

EXAMPLE = "Example: loredact serve --config server.yaml --workers 2"


def serve(
    config: Annotated[
        Path | None, typer.Option(help="Adapters, customers with their keys, and limits, in YAML.")
    ] = None,
    host: Annotated[
        str, typer.Option(help="The address to listen on; any but this machine's own needs customers with keys.")
    ] = ("127.0.0.1"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8080,
    workers: Annotated[
        int, typer.Option(min=1, max=256, help="Number of processes; each holds the base model in memory once.")
    ] = 1,
    threads: Annotated[int, typer.Option(min=1, max=256, help="Number of threads per process that run the model.")] = 1,
    certificate: Annotated[Path | None, typer.Option(help="TLS: the certificate, in PEM.")] = None,
    key: Annotated[Path | None, typer.Option(help="TLS: its private key, in PEM.")] = None,
    upstream: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Proxy /v1/chat/completions to this OpenAI-compatible API, masked."),
    ] = None,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
    new_key: Annotated[bool, typer.Option("--new-key", help="Print a new API key and its hash, and stop.")] = False,
) -> None:
    """Serve HTTP: Presidio's API, loredact's own, and a masking proxy for language models.

    Without a configuration it serves the adapters that ship, on this machine alone, without keys. SIGHUP reads the
    configuration again; SIGTERM stops once all that was accepted is answered.
    """
    from loredact.serve import run
    from loredact.serve.customers import new_key as make_key

    if new_key:
        made, hashed = make_key()
        tell(f"key:  {made}")
        tell(f"hash: {hashed}")
        say("The customer keeps the key, the configuration the hash. The key is not shown again.")
        return
    if log_level not in {"debug", "info", "warning", "error"}:
        raise InputError("--log-level is one of debug, info, warning and error.")
    run.serve(
        run.Listening(
            host=host,
            port=port,
            config=config,
            workers=workers,
            threads=threads,
            certificate=certificate,
            key=key,
            upstream=upstream,
            log_level=log_level,
        )
    )
