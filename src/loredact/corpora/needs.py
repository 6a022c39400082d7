"""What is imported only where a form needs it."""

from collections.abc import Iterator
from contextlib import contextmanager

from loredact.errors import InputError


@contextmanager
def needing(package: str, form: str) -> Iterator[None]:
    """Within this, a library is imported without which `form` cannot be read or written.

    Raises:
        InputError: where it is not installed, with the extra that installs it.
    """
    try:
        yield
    except ImportError:
        raise InputError(
            f"The form {form} needs {package}, of loredact's extra `corpora`: pip install 'loredact[corpora]'."
        ) from None
