"""`loredact policy`: look at policies and check one's own."""

from typing import Annotated

import typer

from loredact.cli.console import tell

CHECK_EXAMPLE = "Example: loredact policy check our-policy.yaml"

app = typer.Typer(help="Policies: which labels are masked, what replaces them, and what is kept.", no_args_is_help=True)


@app.command("list", epilog="Example: loredact policy list")
def list_policies() -> None:
    """List the policies that ship with loredact."""
    from loredact.policy import find_policy, shipped_policies

    for name in shipped_policies():
        tell(f"{name:<20} {find_policy(name).description}")


@app.command("show", epilog="Example: loredact policy show hipaa-safe-harbor > our-policy.yaml")
def show(policy: Annotated[str, typer.Argument(help="The name of a policy that ships, or a YAML file.")]) -> None:
    """Print a policy, to read it or to start one of your own from it."""
    from loredact.policy.reading import find_policy, policy_text

    find_policy(policy)
    typer.echo(policy_text(policy), nl=False)


@app.command("check", epilog=CHECK_EXAMPLE)
def check(file: Annotated[str, typer.Argument(help="The policy: a YAML file, or the name of one that ships.")]) -> None:
    """Check a policy and report each fault with its line. The keys it names need not exist."""
    from loredact.policy import find_policy

    policy = find_policy(file)
    groups = (*policy.allow, *policy.deny)
    entries = sum(len(group.exact) + len(group.ignore_case) + len(group.regex) for group in groups)
    tell(f"{file} is a policy: {len(policy.labels)} labels with rules, {entries:,} entries in lists.")
