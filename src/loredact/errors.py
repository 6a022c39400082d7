"""The errors loredact raises on purpose.

Each says what was wrong, where, and what to do about it. None of them quotes the text of a document: a message may end
in a log, and personal data must not.
"""

# The exit code of a command that was stopped by Ctrl-C, as shells give it: 128 and the signal's number.
EXIT_INTERRUPTED = 130


class LoredactError(Exception):
    """Something the person at the keyboard can put right; the command line prints it and exits with `exit_code`."""

    exit_code = 1


class InputError(LoredactError):
    """A file, a text or an option that cannot be used as it is."""

    exit_code = 2


class AdapterError(LoredactError):
    """An adapter that is damaged, or that belongs to another base."""

    exit_code = 3


class BaseError(LoredactError):
    """A base that cannot be had: unknown, unreachable, broken or not convertible."""

    exit_code = 4
