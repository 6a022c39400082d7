"""The commands, put together."""

import sys
from typing import Annotated

import typer

import loredact
from loredact.cli import (
    audit,
    base,
    calibrate,
    compare,
    corpus,
    doctor,
    evaluate,
    export,
    mask,
    mcp,
    policy,
    scan,
    serve,
    studio,
    train,
    unmask,
    vault,
)
from loredact.cli.console import complain, give_up_output, keep_standard_streams
from loredact.errors import InputError, LoredactError

app = typer.Typer(
    name="loredact",
    help="Teach a small language model to mask personal data, with LoRA, on your own machine.",
    epilog="Example: loredact train letters.jsonl --out my-adapter && loredact mask letter.txt --adapter my-adapter",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(base.app, name="base")
app.add_typer(corpus.app, name="corpus")
app.add_typer(export.app, name="export")
app.add_typer(policy.app, name="policy")
app.add_typer(vault.app, name="vault")
app.command("train", epilog=train.EXAMPLE)(train.train)
app.command("evaluate", epilog=evaluate.EXAMPLE)(evaluate.evaluate)
app.command("audit", epilog=audit.EXAMPLE)(audit.audit)
app.command("calibrate", epilog=calibrate.EXAMPLE)(calibrate.calibrate)
app.command("compare", epilog=compare.EXAMPLE)(compare.compare)
app.command("mask", epilog=mask.EXAMPLE)(mask.mask)
app.command("unmask", epilog=unmask.EXAMPLE)(unmask.unmask)
app.command("scan", epilog=scan.EXAMPLE)(scan.scan)
app.command("mcp", epilog=mcp.EXAMPLE)(mcp.mcp)
app.command("serve", epilog=serve.EXAMPLE)(serve.serve)
app.command("studio", epilog=studio.EXAMPLE)(studio.studio)
app.command("doctor", epilog=doctor.EXAMPLE)(doctor.doctor)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"loredact {loredact.__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Teach a small language model to mask personal data, with LoRA, on your own machine."""


def run() -> None:
    """Run the command line: errors become one message and an exit code, never a traceback."""
    keep_standard_streams()
    try:
        app()
    except LoredactError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except OSError as error:
        # Typer itself ends quietly where whoever read the output has gone (`| head`), and at Ctrl-C.
        complain(f"{error.filename or 'A file'} cannot be read or written: {error.strerror or type(error).__name__}.")
        if sys.stdout is not None:
            give_up_output()
        sys.exit(InputError.exit_code)
    except Exception as error:
        # The message of an unforeseen error may quote a text, so only its kind and its place are shown.
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "an unknown place"
        complain(f"Something unforeseen went wrong: {type(error).__name__} at {place}. Please report it.")
        sys.exit(70)
