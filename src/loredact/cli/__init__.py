"""The command line. Results go to standard output, everything else to standard error."""

from loredact.cli.app import run

__all__ = ["run"]
