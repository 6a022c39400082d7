"""Files as other programs write them, at least ten a format, each with names in it that are to be gone."""

import csv
import email.policy
import io
import json
import mailbox
import plistlib
import shutil
import sqlite3
import subprocess
import xml.dom.minidom
from collections.abc import Callable
from difflib import HtmlDiff
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from lxml import etree

HEADS = ("row_id", "user_name", "mail_address", "note")
ROWS = [
    (1, "Renée Müller", "renee@example.com", "rang, twice"),
    (2, "Zebulon Vanstone", "nobody", 'said "O\'Neill & Søn" here'),
    (3, "Renée Müller", "renee@example.com", "two\nlines"),
    (4, "x", "", "50 % & <more>"),
]
TEXT = "Dear Renée Müller,\n\nZebulon Vanstone of O'Neill & Søn wrote to renee@example.com on Monday.\n\nRegards\n"
_RECORDS = [dict(zip(HEADS, row, strict=True)) for row in ROWS]


def frame() -> pd.DataFrame:
    return pd.DataFrame(ROWS, columns=list(HEADS))


def csv_files(folder: Path) -> list[Path]:
    """By Python's csv module, pandas, PyArrow, Polars, DuckDB and SQLite."""
    pl, duckdb = pytest.importorskip("polars"), pytest.importorskip("duckdb")
    for name, how in {
        "excel.csv": {"dialect": "excel"},
        "excel_tab.tsv": {"dialect": "excel-tab"},
        "unix.csv": {"dialect": "unix"},
        "escaped.csv": {"quoting": csv.QUOTE_NONE, "escapechar": "\\"},
    }.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, **how).writerows([HEADS, *ROWS])  # type: ignore[arg-type]
    frame().to_csv(folder / "pandas.csv", index=False)
    frame().to_csv(folder / "german.csv", sep=";", encoding="cp1252", index=False)
    frame().to_csv(folder / "for_excel.csv", encoding="utf-8-sig", quoting=csv.QUOTE_ALL, index=False)
    frame().to_csv(folder / "unicode.csv", encoding="utf-16", sep="\t", index=False)
    pa.csv.write_csv(pa.table(frame()), folder / "arrow.csv")
    pl.DataFrame(ROWS, schema=list(HEADS), orient="row").write_csv(folder / "polars.csv", separator="|")
    rows = duckdb.connect().from_arrow(pa.table(frame()))
    rows.write_csv(str(folder / "duckdb.csv"))
    if shutil.which("sqlite3"):
        script = f".mode csv\n.headers on\n.once {folder / 'sqlite.csv'}\nSELECT * FROM t;\n"
        subprocess.run(["sqlite3", str(_database(folder))], input=script, text=True, check=True)
    return _made(folder, ".csv", ".tsv")


def json_files(folder: Path) -> list[Path]:
    """By Python's json module, pandas, orjson, Polars, DuckDB, Node.js and Perl's and Ruff's own writers."""
    pl, duckdb, orjson = (pytest.importorskip(name) for name in ("polars", "duckdb", "orjson"))
    (folder / "ascii.json").write_text(json.dumps({"rows": _RECORDS, "n": 1.50, "none": None}))
    (folder / "indented.json").write_text(json.dumps(_RECORDS, ensure_ascii=False, indent="\t"), encoding="utf-8")
    for orient in ("records", "split", "columns", "table"):
        frame().to_json(folder / f"pandas_{orient}.json", orient=orient)
    frame().to_json(folder / "pandas.jsonl", orient="records", lines=True, force_ascii=False)
    (folder / "orjson.json").write_bytes(orjson.dumps(_RECORDS, option=orjson.OPT_INDENT_2))
    polars = pl.DataFrame(ROWS, schema=list(HEADS), orient="row")
    polars.write_json(folder / "polars.json")
    polars.write_ndjson(folder / "polars.ndjson")
    connection = duckdb.connect()
    connection.register("t", pa.table(frame()))
    connection.execute(f"COPY t TO '{folder / 'duckdb.json'}' (ARRAY true)")
    connection.execute(f"COPY t TO '{folder / 'duckdb.jsonl'}' (FORMAT json)")
    if shutil.which("node"):
        program = "process.stdout.write(JSON.stringify(JSON.parse(require('fs').readFileSync(0)), null, 4))"
        found = subprocess.run(
            ["node", "-e", program], input=json.dumps(_RECORDS).encode(), capture_output=True, check=True
        )
        (folder / "node.json").write_bytes(found.stdout)
    return _made(folder, ".json", ".jsonl", ".ndjson")


def xml_files(folder: Path) -> list[Path]:
    """By ElementTree, minidom, SAX, lxml, pandas, plistlib, pandoc and Matplotlib."""
    root = ElementTree.Element("people", {"made-by": "Renée Müller"})
    for record in _RECORDS:
        person = ElementTree.SubElement(root, "person", {"name": str(record["user_name"]), "id": str(record["row_id"])})
        person.text = str(record["note"])
        person.tail = "\n"
    ElementTree.ElementTree(root).write(folder / "tree.xml", encoding="utf-8", xml_declaration=True)
    ElementTree.ElementTree(root).write(folder / "ascii.xml", encoding="us-ascii", xml_declaration=True)
    ElementTree.ElementTree(root).write(folder / "latin.xml", encoding="iso-8859-1", xml_declaration=True)
    pretty = xml.dom.minidom.parseString(ElementTree.tostring(root)).toprettyxml(encoding="utf-16")
    (folder / "minidom.xml").write_bytes(pretty)
    data = etree.Element("data", nsmap={"a": "urn:a", "b": "urn:b"})
    etree.SubElement(data, "{urn:b}note").text = etree.CDATA("Renée Müller & <Zebulon Vanstone>")
    data.append(etree.Comment(" by Zebulon Vanstone "))
    etree.ElementTree(data).write(str(folder / "lxml.xml"), encoding="utf-8", standalone=True, pretty_print=True)
    frame().to_xml(folder / "pandas.xml", index=False)
    frame().to_xml(folder / "attributes.xml", index=False, attr_cols=list(HEADS))
    (folder / "plist.xml").write_bytes(plistlib.dumps({"people": _RECORDS}))
    with (folder / "sax.xml").open("w", encoding="utf-8") as file:
        writer = XMLGenerator(file, "utf-8", short_empty_elements=True)
        writer.startDocument()
        writer.startElement("letter", AttributesImpl({"to": "O'Neill & Søn", "from": 'the "Renée Müller"'}))
        writer.characters(TEXT)
        writer.endElement("letter")
        writer.endDocument()
    _pandoc(
        folder,
        {"docbook5": "docbook.xml", "jats": "jats.xml", "opendocument": "odt.xml", "tei": "tei.xml"},
        "--standalone",
    )
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2, 2))
    figure.suptitle("Zebulon Vanstone")
    figure.savefig(folder / "matplotlib.svg", metadata={"Creator": "Renée Müller", "Date": None})
    return _made(folder, ".xml", ".svg")


def html_files(folder: Path) -> list[Path]:
    """By pandas, pandoc, Markdown, markdown-it, Pygments, Rich, Jinja, lxml, Python's difflib and pydoc, and Polars."""
    import jinja2
    import markdown
    import pygments
    import pygments.formatters
    import pygments.lexers
    from markdown_it import MarkdownIt
    from rich.console import Console

    pl = pytest.importorskip("polars")
    write: Callable[[str, str], int] = lambda name, text: (folder / name).write_text(text, encoding="utf-8")  # noqa: E731
    write("pandas.html", frame().to_html(index=False))
    write("styled.html", frame().to_html(border=0, classes="wide", justify="left"))
    write("markdown.html", markdown.markdown(f"# Renée Müller\n\n{TEXT}\n\n[mail](mailto:renee@example.com)"))
    write("markdown_it.html", MarkdownIt().render(f"**Renée** Müller\n\n{TEXT}"))
    lexer, style = pygments.lexers.PythonLexer(), pygments.formatters.HtmlFormatter(full=True)
    write("pygments.html", pygments.highlight("# by Zebulon Vanstone\nname = 'Renée Müller'\n", lexer, style))
    console = Console(record=True, file=io.StringIO(), width=60)
    console.print("[bold]Renée Müller[/bold] and Zebulon Vanstone")
    write("rich.html", console.export_html())
    page = '<!doctype html><title>{{ name }}</title><p title="{{ name }}">{{ text }}</p>'
    write("jinja.html", jinja2.Environment(autoescape=True).from_string(page).render(name="O'Neill & Søn", text=TEXT))
    write("difflib.html", HtmlDiff().make_file(["Zebulon Vanstone"], ["Zebulon Vanstone came"]))
    body = etree.HTML(f"<p>{TEXT.replace('&', '&amp;')}</p><img alt='Renée Müller' src='a.png'>")
    page_of_lxml = etree.tostring(body, method="html", encoding="iso-8859-1", doctype="<!DOCTYPE html>")
    assert isinstance(page_of_lxml, bytes)
    (folder / "lxml.html").write_bytes(page_of_lxml)
    write("polars.html", pl.DataFrame(ROWS, schema=list(HEADS), orient="row")._repr_html_())
    _pandoc(folder, {"html5": "pandoc5.html", "html4": "pandoc4.html", "revealjs": "slides.html"}, "--standalone")
    return _made(folder, ".html")


def mail_files(folder: Path) -> list[Path]:
    """By Python's email package under its policies and encodings, its mailbox module, git and Perl."""
    packed = io.BytesIO()
    frame().to_excel(packed, index=False)
    for name, policy, encoding in (
        ("compat", email.policy.compat32, "quoted-printable"), ("smtp", email.policy.SMTP, "base64"),
        ("utf8", email.policy.SMTPUTF8, "8bit"), ("default", email.policy.default, "quoted-printable"),
        ("long", email.policy.SMTP.clone(max_line_length=60), "quoted-printable"),
        ("http", email.policy.HTTP, "base64"),
    ):  # fmt: skip
        mail = _mail(encoding)
        mail.add_attachment(packed.getvalue(), maintype="application", subtype="vnd.ms-excel", filename="a.xlsx")
        (folder / f"{name}.eml").write_bytes(mail.as_bytes(policy=policy))
    forwarded = EmailMessage()
    forwarded["Subject"], forwarded["From"], forwarded["Date"] = "Fwd", "x@b.org", "Mon, 2 Mar 2026 10:00:00 +0000"
    forwarded.set_content("See below.")
    forwarded.add_attachment(_mail("8bit"))
    (folder / "forwarded.eml").write_bytes(forwarded.as_bytes(policy=email.policy.SMTP))
    box = mailbox.mbox(folder / "python.mbox")
    for encoding in ("base64", "8bit"):
        box.add(_mail(encoding))
    box.close()
    from email.mime.multipart import MIMEMultipart
    from email.mime.text import MIMEText

    old = MIMEMultipart("alternative")
    old["From"], old["To"], old["Subject"] = "x@b.org", "renee@example.com", "for Renée Müller"
    old.attach(MIMEText(TEXT, "plain", "iso-8859-1"))
    old.attach(MIMEText(f"<p>{TEXT}</p>", "html", "utf-8"))
    (folder / "mime.eml").write_bytes(old.as_bytes())
    _git(folder)
    return _made(folder, ".eml", ".mbox", ".patch")


def parquet_files(folder: Path) -> list[Path]:
    """By PyArrow, pandas, Polars and DuckDB: Parquet, Feather and Arrow, in each compression."""
    pl, duckdb = pytest.importorskip("polars"), pytest.importorskip("duckdb")
    table = pa.table(frame())
    for codec in ("snappy", "gzip", "zstd", "brotli", "none"):
        frame().to_parquet(folder / f"pandas_{codec}.parquet", compression=codec)
    pq.write_table(table, folder / "plain.parquet", use_dictionary=False, version="1.0", data_page_version="1.0")
    pq.write_table(table, folder / "pages2.parquet", data_page_version="2.0", write_page_index=True, row_group_size=2)
    polars = pl.DataFrame(ROWS, schema=list(HEADS), orient="row").with_columns(pl.col("user_name").cast(pl.Categorical))
    polars.write_parquet(folder / "polars.parquet", statistics="full")
    polars.write_ipc(folder / "polars.arrow", compression="lz4")
    polars.write_ipc_stream(folder / "polars.arrows")
    rows = duckdb.connect().from_arrow(table)
    rows.write_parquet(str(folder / "duckdb.parquet"), compression="zstd")
    pa.feather.write_feather(table, str(folder / "pyarrow.feather"))
    return _made(folder, ".parquet", ".arrow", ".arrows", ".feather")


def packed_files(folder: Path) -> list[Path]:
    """By gzip, bzip2, xz, zstd, tar, zip and Python's own modules, of a table and a text."""
    frame().to_csv(folder / "table.csv", index=False)
    (folder / "letter.txt").write_text(TEXT, encoding="utf-8")
    names = ("table.csv", "letter.txt")
    shutil.make_archive(str(folder / "python"), "zip", folder, "table.csv")
    for kind in ("gztar", "bztar", "xztar", "tar"):
        shutil.make_archive(str(folder / f"python_{kind}"), kind, folder, "table.csv")
    for program, arguments, suffix in (
        ("gzip", ["-k", "-9"], ".gz"), ("bzip2", ["-k"], ".bz2"), ("xz", ["-k", "-9e", "-C", "sha256"], ".xz"),
        ("zstd", ["-k", "-19", "-q"], ".zst"),
    ):  # fmt: skip
        if shutil.which(program):
            subprocess.run([program, *arguments, *names], cwd=folder, check=True)
            for name in names:
                assert (folder / (name + suffix)).exists()
    for form in ("ustar", "pax", "gnu"):
        if shutil.which("tar"):
            subprocess.run(["tar", f"--format={form}", "-cf", f"{form}.tar", *names], cwd=folder, check=True)
    if shutil.which("zip"):
        subprocess.run(["zip", "-q", "zipped.zip", *names], cwd=folder, check=True)
    for name in names:
        (folder / name).unlink()
    return sorted(path for path in folder.iterdir() if path.is_file())


def text_files(folder: Path) -> list[Path]:
    """By SQLite's dump, git's log, Python's logging, pprint, textwrap and csv modules, pandoc and Polars."""
    import logging
    import pprint

    pl = pytest.importorskip("polars")
    with sqlite3.connect(_database(folder)) as database:
        (folder / "dump.sql").write_text("\n".join(database.iterdump()), encoding="utf-8")
    handler = logging.FileHandler(folder / "app.log", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    handler.emit(logging.LogRecord("a", logging.INFO, "a.py", 1, "login of %s", ("Zebulon Vanstone",), None))
    handler.close()
    (folder / "pprint.py").write_text(pprint.pformat(_RECORDS), encoding="utf-8")
    (folder / "frame.txt").write_text(frame().to_string(), encoding="utf-16")
    (folder / "table.md").write_text(str(pl.DataFrame(ROWS, schema=list(HEADS), orient="row")), encoding="utf-8")
    targets = {
        "gfm": "pandoc.md",
        "rst": "pandoc.rst",
        "org": "pandoc.org",
        "latex": "pandoc.tex",
        "plain": "pandoc.txt",
    }
    _pandoc(folder, {**targets, "rtf": "pandoc.rtf", "man": "pandoc.1", "asciidoc": "pandoc.adoc"})
    return sorted(path for path in folder.iterdir() if path.suffix != ".sqlite" and path.is_file())


MAKERS: dict[str, Callable[[Path], list[Path]]] = {
    "csv": csv_files, "json": json_files, "xml": xml_files, "html": html_files, "mail": mail_files,
    "parquet": parquet_files, "packed": packed_files, "text": text_files,
}  # fmt: skip


def _made(folder: Path, *suffixes: str) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in suffixes)


def _database(folder: Path) -> Path:
    path = folder / "people.sqlite"
    if not path.exists():
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE t (row_id INTEGER, user_name TEXT, mail_address TEXT, note TEXT)")
            database.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", ROWS)
    return path


def _mail(encoding: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Renée Müller <renee@example.com>"
    mail["To"] = "Zebulon Vanstone <z@b.org>"
    mail["Subject"] = "Letter of Zebulon Vanstone to Renée Müller"
    mail["Date"] = "Mon, 2 Mar 2026 10:00:00 +0000"
    mail.set_content(TEXT, cte=encoding)
    mail.add_alternative(f"<p>{TEXT.replace('&', '&amp;')}</p>", subtype="html", cte=encoding)
    return mail


def _pandoc(folder: Path, targets: dict[str, str], *options: str) -> None:
    pypandoc = pytest.importorskip("pypandoc", reason="pandoc is not installed (pip install pypandoc-binary)")
    text = f"# Renée Müller\n\n{TEXT}\n\n| name | n |\n|---|---|\n| Zebulon Vanstone | 1 |\n\n![Renée Müller](a.png)\n"
    for to, name in targets.items():
        pypandoc.convert_text(text, to, format="md", outputfile=str(folder / name), extra_args=list(options))


def _git(folder: Path) -> None:
    """Two commits as mails, as git format-patch writes them."""
    if not shutil.which("git"):
        return
    work = folder / "work"
    work.mkdir()
    who = ["-c", "user.name=Renée Müller", "-c", "user.email=renee@example.com", "-c", "core.hooksPath=/dev/null"]

    def git(*arguments: str) -> None:
        subprocess.run(["git", *who, *arguments], cwd=work, check=True, capture_output=True)

    git("init", "-q")
    for number in range(2):
        (work / "letter.txt").write_text(TEXT * (number + 1), encoding="utf-8")
        git("add", ".")
        git("commit", "-q", "-m", f"Letter {number} of Renée Müller to Zebulon Vanstone")
    git("format-patch", "--root", "-o", str(folder))
    shutil.rmtree(work)


def as_python(path: Path) -> Any:
    """What the file says to a program that reads JSON, XML, Parquet or Arrow."""
    return _READERS[path.suffix](path)


def _xml(path: Path) -> Any:
    return [
        (element.tag, dict(element.attrib), element.text, element.tail) for element in etree.parse(str(path)).iter()
    ]


def _lines(path: Path) -> Any:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


_READERS: dict[str, Callable[[Path], Any]] = {
    ".json": lambda path: json.loads(path.read_bytes()),
    ".jsonl": _lines,
    ".ndjson": _lines,
    ".xml": _xml,
    ".svg": _xml,
    ".parquet": lambda path: pq.read_table(path).to_pydict(),
    ".arrow": lambda path: pa.ipc.open_file(str(path)).read_all().to_pydict(),
    ".feather": lambda path: pa.ipc.open_file(str(path)).read_all().to_pydict(),
    ".arrows": lambda path: pa.ipc.open_stream(pa.OSFile(str(path))).read_all().to_pydict(),
}
