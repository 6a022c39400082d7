"""The errors loredact raises on purpose.

Each says what was wrong, where, and what to do about it. None of them quotes the text of a document: a message may end
in a log, and personal data must not.
"""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

# The exit code of a command that was stopped by Ctrl-C, as shells give it: 128 and the signal's number.
EXIT_INTERRUPTED = 130


class LoredactError(Exception):
    """Something the person at the keyboard can put right; the command line prints it and exits with `exit_code`."""

    exit_code = 1

    def __init__(self, message: str = "") -> None:
        super().__init__(printable(message))


class InputError(LoredactError):
    """A file, a text or an option that cannot be used as it is."""

    exit_code = 2


class AdapterError(LoredactError):
    """An adapter that is damaged, or that belongs to another base."""

    exit_code = 3


class BaseError(LoredactError):
    """A base that cannot be had: unknown, unreachable, broken or not convertible."""

    exit_code = 4


class VaultError(LoredactError):
    """A vault that cannot be used: damaged, of another version, being written, or not of this key."""

    exit_code = 5


def printable(text: str) -> str:
    """`text` with each control or format character but the line break as its escape, such as `\\x1b`.

    Names out of files (tensors, labels, settings) stand in messages, and a terminal obeys what it is sent.
    """
    if text.isprintable():
        return text
    return "".join(
        repr(c)[1:-1] if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else c for c in text
    )


@contextmanager
def told_as(kind: type[LoredactError], message: str) -> Iterator[None]:
    """Within this, whatever goes wrong is an error of `kind` with `message`, and with the kind of what went wrong.

    For calls into libraries that read a file from elsewhere: they raise anything on a damaged one. A panic of a Rust
    extension is a BaseException and no Exception.
    """
    try:
        yield
    except (LoredactError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        raise kind(f"{message} ({type(error).__name__})") from None
