"""gzip, bzip2, xz, zstd, zip and tar."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import pytest

from loredact.errors import InputError
from loredact.formats import Options
from tests.formats.masking import MARK, NAMES, cells, made, nothing, rewritten

NAME = "Renée Müller"
TABLE = f"user_name,note\n{NAME},x\n"


def packed(members: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        archive.comment = b"kept"
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (2024, 1, 2, 3, 4, 6))
            info.compress_type, info.external_attr = kind, 0o640 << 16
            info.comment = b"kept too" if name == "a.json" else b""
            archive.writestr(info, content)
    return out.getvalue()


def test_gzip_is_masked_within_and_keeps_its_time(tmp_path: Path) -> None:
    data = gzip.compress(TABLE.encode(), mtime=1234)
    new = rewritten(made(tmp_path, "people.csv.gz", data))
    assert gzip.decompress(new).decode() == TABLE.replace(NAME, MARK)
    assert new[4:8] == data[4:8]


def test_bzip2_and_xz_are_masked_within_all_their_streams(tmp_path: Path) -> None:
    parts = (f'{{"a": "{NAME}"}}\n'.encode(), b'{"b": 1}\n')
    masked = f'{{"a": "{MARK}"}}\n{{"b": 1}}\n'.encode()
    new = rewritten(made(tmp_path, "a.jsonl.bz2", b"".join(map(bz2.compress, parts))))
    assert bz2.decompress(new) == masked
    # xz may have zeros between its streams and behind them, in fours.
    new = rewritten(made(tmp_path, "a.jsonl.xz", b"".join(lzma.compress(part) + bytes(8) for part in parts)))
    assert lzma.decompress(new) == masked


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
    assert set(notes) == {
        "the comment of the archive is left as it is",
        "member 2: its comment is left as it is",
        "member 3 is left as it is: no format that is read here fits it",
    }
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
        assert archive.getinfo("a.json").comment == b"kept too"


def test_pdf_in_an_archive_or_a_mail_loses_its_metadata_though_nothing_in_it_is_masked(tmp_path: Path) -> None:
    pikepdf = pytest.importorskip("pikepdf")
    pdf, data = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    with pdf.open_metadata() as metadata:
        metadata["dc:creator"] = ["nobody here"]
    pdf.save(data)
    mail = EmailMessage()
    mail["Subject"] = "x"
    mail.set_content("x")
    mail.add_attachment(data.getvalue(), maintype="application", subtype="pdf", filename="a.pdf")
    packed_new = rewritten(made(tmp_path, "a.zip", packed({"a.pdf": data.getvalue()})), by=nothing)
    mail_new = message_from_bytes(rewritten(made(tmp_path, "a.eml", mail.as_bytes()), by=nothing))
    attached = [part.get_payload(decode=True) for part in mail_new.walk() if part.get_filename()]
    for content in (zipfile.ZipFile(io.BytesIO(packed_new)).read("a.pdf"), *attached):
        assert isinstance(content, bytes)
        with pikepdf.open(io.BytesIO(content)) as pdf:
            assert "/Metadata" not in pdf.Root
    assert len(attached) == 1


def tarred(form: int, members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode, info.uname = len(content), 1234, 0o640, "zebulon"
            archive.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo("a/link")
        link.type, link.linkname = tarfile.SYMTYPE, "../b/people.csv"
        archive.addfile(link)
    return out.getvalue()


def test_member_that_is_packed_is_read_by_its_name_before_that(tmp_path: Path) -> None:
    table = gzip.compress(TABLE.encode(), mtime=0)
    found = cells(made(tmp_path, "all.zip", packed({"people.csv.gz": table, "a.csv.GZ": table, "b.1.gz": table})))
    assert [(cell.text, cell.heading) for cell in found] == [
        *[(NAME, "user_name"), ("x", "note")] * 2,
        (TABLE, ""),
    ]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tar_masks_each_member_by_its_format_and_keeps_all_else(tmp_path: Path, form: int) -> None:
    long = "d" * 90 + "/" + "n" * 90 + ".txt"
    members = {"b/people.csv": TABLE.encode(), long: NAME.encode() * 900, "p.png": b"\x89PNG\0"}
    old = tarred(form, members)
    new = rewritten(made(tmp_path, "all.tar", old))
    with tarfile.open(fileobj=io.BytesIO(new)) as archive, tarfile.open(fileobj=io.BytesIO(old)) as before:
        assert archive.getnames() == before.getnames()
        read = {info.name: file.read() for info in archive if (file := archive.extractfile(info)) and info.isreg()}
        assert read == {**members, "b/people.csv": TABLE.replace(NAME, MARK).encode(), long: MARK.encode() * 900}
        told = [(i.mtime, i.mode, i.type, i.linkname) for i in archive.getmembers()]
        assert told == [(i.mtime, i.mode, i.type, i.linkname) for i in before.getmembers()]
    assert b"zebulon" not in new
    packed_too = rewritten(made(tmp_path, "all.tgz", gzip.compress(old)))
    assert gzip.decompress(packed_too) == new


def test_tar_leaves_out_what_pax_headers_say_beside_names_and_times(tmp_path: Path) -> None:
    old = io.BytesIO()
    with tarfile.open(
        fileobj=old, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": f"packed by {NAME}"}
    ) as archive:
        info = tarfile.TarInfo(f"{'d' * 120}/ü.txt")
        info.size, info.uname, info.gname = 1, "Zebulon Vanstone", "李小龙"
        info.pax_headers = {
            "mtime": "1234.123456789",
            "atime": "O'Neill & Søn",
            "comment": NAME,
            "LIBARCHIVE.xattr.user.author": "renee@example.com",
            "SCHILY.xattr.user.author": NAME,
        }
        archive.addfile(info, io.BytesIO(b"x"))
    notes: list[str] = []
    new = rewritten(made(tmp_path, "a.tar", old.getvalue()), Options(note=notes.append))
    assert not [name for name in NAMES if name.encode() in new]
    assert set(notes) == {"member 1: comments and extended attributes in its header are left out"}
    with tarfile.open(fileobj=io.BytesIO(new)) as archive:
        (member,) = archive.getmembers()
        assert member.name == info.name
        assert member.pax_headers == {"mtime": "1234.123456789", "path": info.name}


def test_tar_with_a_member_of_a_kind_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    old = bytearray(tarred(tarfile.GNU_FORMAT, {"a.txt": NAME.encode()}))
    old[156:157] = b"M"
    old[148:156] = b" " * 8
    old[148:156] = f"{sum(old[:512]):06o}\0 ".encode()
    with pytest.raises(InputError, match="member 1 is of a kind that is not known"):
        cells(made(tmp_path, "a.tar", bytes(old)))


def test_tar_with_a_hole_of_terabytes_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("a.txt")
    info.size, info.pax_headers = 512, {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "a.txt"}
    info.pax_headers["GNU.sparse.realsize"] = str(1 << 42)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(b"0\n" + bytes(510)))
    with pytest.raises(InputError, match="sparse"):
        cells(made(tmp_path, "a.tar", out.getvalue()))


def test_xz_that_takes_gigabytes_to_unpack_is_refused(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 20}]
    data = bytearray(lzma.compress(TABLE.encode(), filters=filters))
    # The size of the dictionary in the block's header, and the header's checksum (xz format, 3.1 and 5.3.1).
    header = data[12 : 12 + (data[12] + 1) * 4]
    at = 12 + header.index(bytes([0x21, 1])) + 2
    data[at] = 39  # 3 GB
    data[12 + len(header) - 4 : 12 + len(header)] = zlib.crc32(data[12 : 12 + len(header) - 4]).to_bytes(4, "little")
    with pytest.raises(InputError, match="memory"):
        cells(made(tmp_path, "a.csv.xz", bytes(data)))


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


@pytest.mark.parametrize("name", ["a.csv.gz", "a.csv.bz2", "a.csv.xz", "a.zip", "a.csv.zst", "a.tar"])
def test_what_is_cut_short_is_told(tmp_path: Path, name: str) -> None:
    pa = pytest.importorskip("pyarrow")
    content = TABLE.encode() * 500
    whole = {
        "a.csv.gz": gzip.compress(content),
        "a.csv.bz2": bz2.compress(content),
        "a.csv.xz": lzma.compress(content),
        "a.zip": packed({"a.csv": content}),
        "a.csv.zst": bytes(pa.Codec("zstd").compress(content)),
        "a.tar": tarred(tarfile.PAX_FORMAT, {"a.csv": content}),
    }
    data = whole[name]
    with pytest.raises(InputError, match="damaged"):
        cells(made(tmp_path, name, data[: len(data) // 2]))


def test_zip_with_a_password_is_told(tmp_path: Path) -> None:
    data = bytearray(packed({"a.txt": b"x"}))
    data[6] |= 1  # the flag in the member's header, and in the directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(InputError, match="member 1 has a password"):
        cells(made(tmp_path, "a.zip", bytes(data)))
