"""`loredact base`: the models that adapters stand on."""

from typing import Annotated

import typer

from loredact.cli.console import print_json, say, tell

app = typer.Typer(help="Base models: list and fetch them.", no_args_is_help=True)


@app.command("list", epilog="Example: loredact base list")
def list_bases(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the base models known by name. Any Hugging Face name or local folder works as well."""
    from loredact.bases import CATALOGUE
    from loredact.bases.base import is_cached

    if json:
        print_json(
            [
                {"name": base.name, "origin": base.origin, "licence": base.licence, "cached": is_cached(base.name)}
                for base in CATALOGUE.values()
            ]
        )
        return
    for base in CATALOGUE.values():
        state = "here" if is_cached(base.name) else f"to fetch, {base.size / 1e6:.0f} MB"
        tell(f"{base.name}  {base.origin}  {base.licence}  {state}")


@app.command("get", epilog="Example: loredact base get smollm2-135m-instruct")
def get(
    name: Annotated[str, typer.Argument(help="A name from `base list`, a Hugging Face name, or a folder.")],
) -> None:
    """Fetch a base model into the cache (LOREDACT_HOME moves the cache), and print its folder."""
    from loredact.bases import find_base

    tell(str(find_base(name, say).folder))
