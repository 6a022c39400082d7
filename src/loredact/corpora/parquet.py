"""Parquet, as Hugging Face's `datasets` writes it: rows of any form that JSON has, read with pyarrow.

The names of numbered tags are in the schema's metadata, under `huggingface`
(https://huggingface.co/docs/datasets/about_dataset_features).
"""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from loredact.corpora import token_rows
from loredact.corpora.json_rows import read_array, read_rows
from loredact.corpora.needs import needing
from loredact.corpora.options import ReadAs
from loredact.corpora.problems import Item, Problem, Taken
from loredact.corpora.rows import RowForm

MAGIC = b"PAR1"


def read_parquet(name: str, data: bytes, read_as: ReadAs) -> Iterator[Item]:
    """The documents of a Parquet file."""
    with needing("pyarrow", "parquet"):
        from pyarrow import ArrowException
        from pyarrow import parquet as pq
    try:
        table = pq.read_table(io.BytesIO(data))
        rows = table.to_pylist()
        metadata = table.schema.metadata or {}
    except (ArrowException, OSError, ValueError, MemoryError, OverflowError, TypeError, KeyError) as error:
        yield Problem(name, 0, "", f"the Parquet file is damaged ({type(error).__name__})")
        return
    names = _names(metadata.get(b"huggingface", b""))
    if rows and all(token_rows.fits(row) for row in rows) and read_as.form in (None, "tokens"):
        details = [f"{len(rows)} rows"]
        if names:
            details.append("names of the tags from the features")
        yield Taken(name, "tokens in Parquet", tuple(details))
        form = RowForm(token_rows.fits, partial(token_rows.read_named, names=names))
        yield from read_rows(f"{name}, row", list(enumerate(rows, start=1)), form)
        return
    yield from read_array(name, rows, "row", read_as, "Parquet")


def _names(written: bytes) -> Mapping[str, Sequence[str]]:
    """The names of the tags of each field that has any."""
    try:
        features = json.loads(written)["info"]["features"]
        return {
            field: list(map(str, names))
            for field, feature in features.items()
            if (names := _class_names(feature)) is not None
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _class_names(feature: object) -> list[object] | None:
    """The names of a ClassLabel, or of the one that a sequence is of."""
    while isinstance(feature, dict | list):
        if isinstance(feature, list):
            feature = feature[0] if feature else None
            continue
        if isinstance(feature.get("names"), list):
            return list(feature["names"])
        feature = feature.get("feature")
    return None
