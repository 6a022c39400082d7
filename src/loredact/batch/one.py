"""One file by its format, for who wants the masked file in a stream and not in a folder."""

import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

from loredact.batch.asked import NOTHING_ASKED, as_context, is_asked
from loredact.batch.chunks import chunks
from loredact.batch.columns import Columns, Whole
from loredact.batch.finding import find_in_cells
from loredact.document import Masked
from loredact.errors import InputError
from loredact.formats import Cell, Format, NoFormatError, Options, find_format, no_note
from loredact.masking import Masker
from loredact.operators import Context

_BLOCK_BYTES = 1 << 16
_ESCAPE = re.compile(rb"\x1b\[|\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2}|&#?[a-zA-Z0-9]+;")
# What a terminal or a pipe to a text tool can take.
_TEXTUAL = frozenset({"csv", "json", "jsonl", "xml", "html", "eml", "mbox"})


def structured(source: Path, options: Options | None = None) -> Format | None:
    """The format of a file that is text with a syntax of its own, such as JSON, or with escapes; None: it is plain.

    It is read through once, with `options`.

    Raises:
        InputError: where it is damaged, or its format is none of text.
    """
    try:
        found = find_format(source, options or Options())
        if found.name == "text":
            return found if _has_escapes(source) else None
        if found.name not in _TEXTUAL:
            raise InputError(f"It is a {found.name} file: say with --out into which folder it is to be masked.")
        for _ in found.cells(source):
            pass
    except NoFormatError:
        return None
    except InputError as error:
        raise InputError(f"{source}: {error}") from None
    return found


def _has_escapes(source: Path) -> bool:
    """Whether the text holds terminal codes, `\\u00e9`, `%40` or `&eacute;`; bytes alone are looked at."""
    with source.open("rb") as file:
        return any(_ESCAPE.search(data) for data in iter(lambda: file.read(_BLOCK_BYTES), b""))


def masked_file(
    masker: Masker,
    found: Format,
    source: Path,
    context: Context,
    tell: Callable[[Masked], None] = lambda masked: None,
    *,
    columns: Collection[str] | None = None,
    note: Callable[[str], None] = no_note,
) -> Iterator[bytes]:
    """The file masked, in blocks of bytes; `context` names it, and `tell` is told of each cell.

    An empty file stays empty, and `note` is told that it has none of the `columns` that are asked for.

    Raises:
        InputError: where it has none of the `columns` that are asked for.
    """
    with tempfile.TemporaryDirectory(prefix="loredact-") as folder:
        out = Path(folder) / "masked"
        out.touch()
        asked = 0

        def cells() -> Iterator[Cell]:
            nonlocal asked
            for cell in found.cells(source):
                asked += is_asked(cell, columns)
                yield cell

        found.rewrite(source, out, masked_cells(masker, cells(), context, tell, columns=columns))
        if columns is not None and not asked:
            if source.stat().st_size:
                raise InputError(f"{source}: {NOTHING_ASKED}.")
            note("it is empty and has no columns")
        with out.open("rb") as file:
            while data := file.read(_BLOCK_BYTES):
                yield data


def masked_cells(
    masker: Masker,
    cells: Iterable[Cell],
    context: Context,
    tell: Callable[[Masked], None] = lambda masked: None,
    *,
    columns: Collection[str] | None = None,
    known: Mapping[str, Whole] | None = None,
) -> Iterator[Masked]:
    """The masked text of each cell, in order; those of `columns` alone, where they are given.

    The cells are of one document to the policy. Where it is `known` what the columns are, each row is a document of its
    own, and comes out as it would with other rows around it.
    """
    seen, policy, row = Columns(known), masker.policy.open(context), None
    for chunk in chunks(cells):
        found = seen.complete(chunk, find_in_cells(masker, as_context(list(chunk), columns)))
        for cell, spans in zip(chunk, found, strict=True):
            if known is not None and cell.row != row:
                policy, row = masker.policy.open(context), cell.row
            masked = policy.apply(cell.text, spans if is_asked(cell, columns) else [])
            tell(masked)
            yield masked
