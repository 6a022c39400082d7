"""The command line. Results go to standard output, everything else to standard error."""

from loredact.cli.app import app, run

__all__ = ["app", "run"]
