"""`loredact policy`: look at policies and check one's own."""

from typing import Annotated

import typer

from loredact.cli.console import tell

CHECK_EXAMPLE = "Example: loredact policy check our-policy.yaml"

app = typer.Typer(help="What is masked, what takes its place, and what is kept.", no_args_is_help=True)


@app.command("list", epilog="Example: loredact policy list")
def list_policies() -> None:
    """List the policies that ship with loredact."""
    from loredact.policy import find_policy, shipped_policies

    for name in shipped_policies():
        tell(f"{name:<20} {find_policy(name).description}")


@app.command("show", epilog="Example: loredact policy show hipaa-safe-harbor > our-policy.yaml")
def show(policy: Annotated[str, typer.Argument(help="The name of a policy that ships, or a YAML file.")]) -> None:
    """Print a policy, to be read or to begin one's own with."""
    from loredact.policy.reading import find_policy, policy_text

    find_policy(policy)
    typer.echo(policy_text(policy), nl=False)


@app.command("check", epilog=CHECK_EXAMPLE)
def check(file: Annotated[str, typer.Argument(help="The policy: a YAML file, or the name of one that ships.")]) -> None:
    """Check a policy whole, and say each fault with its line. Keys need not be there."""
    from loredact.policy import find_policy

    policy = find_policy(file)
    entries = sum(
        len(group.exact) + len(group.ignore_case) + len(group.regex) for group in (*policy.allow, *policy.deny)
    )
    tell(f"{file} is a policy: {len(policy.labels)} labels with rules, {entries:,} entries in lists.")
