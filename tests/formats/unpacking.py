"""Unpacks files to the last stream and decodes them as programs do, so that all of it can be searched."""

import bz2
import email
import email.policy
import gzip
import io
import lzma
import re
import tarfile
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_ESCAPE = re.compile(rb"\\u([0-9a-fA-F]{4})")


def unpacked(data: bytes, place: str) -> Iterator[tuple[str, bytes]]:
    """`data`, and what is within it in any way, each with its place; zip and PDF are the search's own business."""
    yield place, data
    for fits, decode in _DECODERS:
        if fits(data):
            for part in decode(data):
                yield from unpacked(part, f"{place}, {decode.__name__.strip('_')}")
    if place.endswith((".eml", ".mbox", ".patch")):
        yield from _of_mails(data, place)


def _escapes(data: bytes) -> Iterator[bytes]:
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)).encode("utf-8", "surrogatepass"), data)
    yield text.replace(b"\\/", b"/").replace(b'\\"', b'"')


def _utf_16(data: bytes) -> Iterator[bytes]:
    yield data.decode("utf-16", "replace").encode()


def _tar(data: bytes) -> Iterator[bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for info in archive:
            stream = archive.extractfile(info)
            if stream is not None:
                yield stream.read()


def _compressed(data: bytes) -> Iterator[bytes]:
    if data.startswith(b"\x28\xb5\x2f\xfd"):
        yield pa.CompressedInputStream(pa.BufferReader(data), "zstd").read()
    else:
        unpack = gzip if data.startswith(b"\x1f\x8b") else bz2 if data.startswith(b"BZh") else lzma
        yield unpack.decompress(data)


def _parquet(data: bytes) -> Iterator[bytes]:
    read = pq.ParquetFile(io.BytesIO(data))
    columns = [(group, column) for group in range(read.num_row_groups) for column in range(read.metadata.num_columns)]
    told = [read.metadata.row_group(group).column(column).statistics for group, column in columns]
    yield repr((read.read().to_pydict(), read.metadata.metadata, told)).encode()


def _arrow(data: bytes) -> Iterator[bytes]:
    opened = pa.ipc.open_file if data.startswith(b"ARROW1") else pa.ipc.open_stream
    table = opened(pa.BufferReader(data)).read_all()
    dictionaries = [column.chunk(0).dictionary for column in table.columns if pa.types.is_dictionary(column.type)]
    yield repr((table.to_pydict(), table.schema.metadata, dictionaries)).encode()


_Decoder = Callable[[bytes], Iterator[bytes]]
_DECODERS: tuple[tuple[Callable[[bytes], Any], _Decoder], ...] = (
    (_ESCAPE.search, _escapes),
    (lambda data: data.startswith(b"\xff\xfe"), _utf_16),
    (lambda data: data[257:262] == b"ustar", _tar),
    (lambda data: data.startswith((b"\x28\xb5\x2f\xfd", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")), _compressed),
    (lambda data: data.startswith(b"PAR1"), _parquet),
    (lambda data: data.startswith((b"ARROW1", b"\xff\xff\xff\xff")), _arrow),
)


def _of_mails(data: bytes, place: str) -> Iterator[tuple[str, bytes]]:
    for number, one in enumerate(re.split(rb"(?m)^From .*\n", data)):
        for part in email.message_from_bytes(one, policy=email.policy.default).walk():
            for name, value in part.items():
                yield f"{place}, {number}, {name}", str(value).encode("utf-8", "replace")
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield from unpacked(payload, f"{place}, {number}, part")
