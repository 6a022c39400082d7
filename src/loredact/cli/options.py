"""Options that several commands share, so that they are called and explained alike."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from loredact.masking import MaskerSettings

Data = Annotated[str, typer.Argument(help="Labelled text: a file, a BRAT folder, or - for standard input.")]

# What masks: the adapter, and how it is used.
Adapter = Annotated[
    str, typer.Option(help="An adapter: its folder, or one that ships with loredact: default, or fast for English.")
]
Recall = Annotated[
    float | None, typer.Option(help="Find at least this share of the personal characters, such as 0.99.")
]
Precision = Annotated[
    float | None, typer.Option(help="At least this share of the masked characters is personal, such as 0.95.")
]
BaseNow = Annotated[
    str | None, typer.Option("--base", help="The adapter's base model, if it has moved: a folder or a name.")
]
Also = Annotated[
    str | None,
    typer.Option(
        metavar="LABEL,...",
        help="Mask these labels too, which the adapter masks only on request, such as ORGANIZATION.",
    ),
]
PolicyName = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="NAME|FILE",
        help="Which labels are masked, what replaces them and what is kept: a name of `policy list` or a YAML file.",
    ),
]
NoRules = Annotated[
    bool, typer.Option("--no-rules", help="Use the model alone, without the rules (patterns and check digits).")
]

# Vaults.
VaultFile = Annotated[Path, typer.Argument(help="The vault's file.")]
VaultKey = Annotated[
    Path | None,
    typer.Option("--key-file", help="The file with the vault's key; by default LOREDACT_VAULT_KEY, then the keyring."),
]

# What is trained.
BaseName = Annotated[
    str | None, typer.Option(help="The base model: a name of `base list`, a folder, or a Hugging Face name.")
]
Depth = Annotated[int | None, typer.Option(help="Number of layers of the base model to use.")]
Rank = Annotated[int | None, typer.Option(help="Rank of the LoRA matrices.")]
Config = Annotated[Path | None, typer.Option(help="Settings in YAML; options given on the command line override them.")]


def label_names(given: str | None) -> tuple[str, ...]:
    """The names in a list with commas."""
    return tuple(name.strip() for name in (given or "").split(",") if name.strip())


def masker_settings(
    adapter: str,
    recall: float | None,
    precision: float | None,
    also: str | None,
    *,
    no_rules: bool,
    base: str | None,
    policy: str | None = None,
) -> "MaskerSettings":
    """What the options above say of how to mask."""
    from loredact.masking import MaskerSettings
    from loredact.policy import find_policy

    return MaskerSettings(
        adapter=adapter,
        rules=not no_rules,
        recall=recall,
        precision=precision,
        also=label_names(also),
        policy=None if policy is None else find_policy(policy),
        base=base,
    )
