"""Give an adapter a recall that held-out documents guarantee."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from loredact.adapters import find_adapter, is_shipped
from loredact.adapters.description import write_description
from loredact.decoding import Guarantee, guarantee
from loredact.document import Document
from loredact.errors import InputError
from loredact.masking.masker import Masker
from loredact.masking.missed import OFFSETS, missed_shares
from loredact.tagger import Tagger, read_description


def guarantee_recall(
    adapter: str | Path,
    documents: Sequence[Document],
    recall: float,
    out: Path | None = None,
    *,
    base: str | None = None,
    say: Callable[[str], None] = lambda step: None,
    done: Callable[[float], None] = lambda share: None,
) -> Guarantee:
    """Guarantee a `recall` by held-out `documents`, none of which the adapter learnt from, and keep that in it.

    It is the adapter's own operating point from then on, and what `--recall` with this number asks for. With `out`, a
    copy of the adapter in that folder has it, and the adapter stays as it is.

    Raises:
        InputError: where the documents are too few, or too much of them is missed; where the adapter writes its text,
            or ships with the package and there is no `out`.
    """
    folder = find_adapter(adapter, say)
    if out is None and is_shipped(folder):
        raise InputError(f"The adapter {adapter} ships with loredact and stays as it is. Give --out for a copy.")
    if out is not None and out.exists():
        raise InputError(f"{out} is there already. Give another --out.")
    tagger = Masker.load(folder, base=base, say=say).model
    if not isinstance(tagger, Tagger):
        raise InputError(f"{folder} writes masked text and has no operating points.")
    found = guarantee(missed_shares(tagger, documents, done=done), OFFSETS, recall)
    about = read_description(folder)
    others = tuple(known for known in about.decoding.guarantees if known.recall != recall)
    if out is not None:
        shutil.copytree(folder, out)
    about = about.changed(decoding={"guarantees": (*others, found), "recall": recall})
    write_description(out or folder, about)
    return found
