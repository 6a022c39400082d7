"""gzip, zstd and zip."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from loredact.errors import InputError
from loredact.formats import Options
from tests.formats.masking import MARK, cells, made, rewritten

NAME = "Renée Müller"
TABLE = f"user_name,note\n{NAME},x\n"


def packed(members: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        archive.comment = b"kept"
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (2024, 1, 2, 3, 4, 6))
            info.compress_type, info.external_attr = kind, 0o640 << 16
            archive.writestr(info, content)
    return out.getvalue()


def test_gzip_is_masked_within_and_keeps_its_time(tmp_path: Path) -> None:
    data = gzip.compress(TABLE.encode(), mtime=1234)
    new = rewritten(made(tmp_path, "people.csv.gz", data))
    assert gzip.decompress(new).decode() == TABLE.replace(NAME, MARK)
    assert new[4:8] == data[4:8]


def test_zstd_is_masked_within(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    zstd = pa.Codec("zstd")
    two = bytes(zstd.compress(f'{{"a": "{NAME}"}}\n'.encode())) + bytes(zstd.compress(b'{"b": 1}\n'))
    new = rewritten(made(tmp_path, "a.jsonl.zst", two))
    assert pa.CompressedInputStream(pa.BufferReader(new), "zstd").read() == f'{{"a": "{MARK}"}}\n{{"b": 1}}\n'.encode()


@pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_zip_masks_each_member_by_its_format_and_keeps_all_else(tmp_path: Path, kind: int) -> None:
    inner = packed({"deep.txt": NAME.encode()})
    members = {
        "b/people.csv": TABLE.encode(),
        "a.json": f'{{"x": "{NAME}"}}'.encode(),
        "p.png": b"\x89PNG\0",
        "i.zip": inner,
    }
    notes: list[str] = []
    old = made(tmp_path, "all.zip", packed(members, kind))
    new = rewritten(old, Options(note=notes.append))
    assert set(notes) == {"member 3 is left as it is: no format that is read here fits it"}
    with zipfile.ZipFile(io.BytesIO(new)) as archive, zipfile.ZipFile(old) as before:
        assert archive.namelist() == before.namelist()
        assert archive.read("b/people.csv").decode() == TABLE.replace(NAME, MARK)
        assert archive.read("a.json").decode() == f'{{"x": "{MARK}"}}'
        assert archive.read("p.png") == members["p.png"]
        with zipfile.ZipFile(archive.open("i.zip")) as within:
            assert within.read("deep.txt").decode() == MARK
        told = [(i.date_time, i.compress_type, i.external_attr) for i in archive.infolist()]
        assert told == [(i.date_time, i.compress_type, i.external_attr) for i in before.infolist()]
        assert archive.comment == b"kept"


def test_zip_within_zip_without_end_is_refused(tmp_path: Path) -> None:
    data = b"x"
    for _ in range(6):
        data = packed({"a.zip" if data != b"x" else "a.txt": data})
    with pytest.raises(InputError, match="too many files lie in one another"):
        cells(made(tmp_path, "a.zip", data))


def test_bombs_are_refused_before_they_fill_the_disk(tmp_path: Path) -> None:
    zeros = gzip.compress(b"0" * (1 << 29), 9)
    with pytest.raises(InputError, match="a bomb"):
        cells(made(tmp_path, "bomb.txt.gz", zeros))
    # A zip that says less than it holds is stopped where it says more than it may.
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.txt", "w", force_zip64=True) as member,
    ):
        for _ in range(512):
            member.write(b"0" * (1 << 20))
    with pytest.raises(InputError, match="a bomb"):
        cells(made(tmp_path, "bomb.zip", out.getvalue()))


@pytest.mark.parametrize("name", ["a.csv.gz", "a.zip", "a.csv.zst"])
def test_what_is_cut_short_is_told(tmp_path: Path, name: str) -> None:
    pa = pytest.importorskip("pyarrow")
    content = TABLE.encode() * 500
    whole = {
        "z": packed({"a.csv": content}),
        "g": gzip.compress(content),
        "s": bytes(pa.Codec("zstd").compress(content)),
    }
    data = whole["z" if name.endswith("zip") else "g" if name.endswith("gz") else "s"]
    with pytest.raises(InputError, match="damaged"):
        cells(made(tmp_path, name, data[: len(data) // 2]))


def test_zip_with_a_password_is_told(tmp_path: Path) -> None:
    data = bytearray(packed({"a.txt": b"x"}))
    data[6] |= 1  # the flag in the member's header, and in the directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(InputError, match="member 1 has a password"):
        cells(made(tmp_path, "a.zip", bytes(data)))
