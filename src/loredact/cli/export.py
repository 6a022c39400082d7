"""`loredact export`: what other programs train on and run."""

import typer

app = typer.Typer(help="Files for other programs: what they train on, and what they run.", no_args_is_help=True)


@app.callback()
def export() -> None:
    """Files for other programs: what they train on, and what they run."""
