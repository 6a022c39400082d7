"""Word documents made by other programs: python-docx, LibreOffice, pandoc, and packages written part by part as Word does."""

import base64
import io
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from tests.formats.documents import libreoffice

LETTER = "Dear Ada Moorcroft, ring +44 1632 960123 or write to ada.moorcroft@example.org."


def by_python_docx(folder: Path) -> list[Path]:
    """Six documents: runs, tables, headers, comments, links, sections."""
    made = []

    def save(document: "docx.document.Document", name: str) -> None:
        document.save(str(folder / name))
        made.append(folder / name)

    runs = docx.Document()
    paragraph = runs.add_paragraph("Dear ")
    paragraph.add_run("Ada Moor").bold = True
    paragraph.add_run("cro").italic = True
    paragraph.add_run("ft, call +44 16")
    paragraph.add_run("32 960123, says ")
    paragraph.add_run("Thabo\tLindqvist").underline = True
    paragraph.add_run("\nZoë Þórsdóttir\n李小龙 of Müller & Söhne")
    runs.core_properties.author = "Ada Moorcroft"
    runs.core_properties.last_modified_by = "Thabo Lindqvist"
    runs.core_properties.title = "On Zoë Þórsdóttir"
    save(runs, "runs.docx")

    table = docx.Document()
    grid = table.add_table(3, 2)
    for row, texts in zip(
        grid.rows, [("name", "telephone"), ("Ada Moorcroft", "+44 1632 960123"), ("x", "y")], strict=True
    ):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    inner = grid.cell(2, 1).add_table(1, 1)
    inner.cell(0, 0).text = "within: Thabo Lindqvist"
    save(table, "table.docx")

    header = docx.Document()
    header.sections[0].header.paragraphs[0].text = "File of Ada Moorcroft"
    header.sections[0].footer.paragraphs[0].text = "ada.moorcroft@example.org"
    header.sections[0].different_first_page_header_footer = True
    header.sections[0].first_page_header.paragraphs[0].text = "Thabo Lindqvist"
    header.add_paragraph(LETTER)
    save(header, "header.docx")

    comments = docx.Document()
    commented = comments.add_paragraph("Met Thabo Lindqvist.")
    comments.add_comment(commented.runs, text="Is that Ada Moorcroft?", author="Zoë Þórsdóttir", initials="ZÞ")
    save(comments, "comments.docx")

    link = docx.Document()
    paragraph = link.add_paragraph("Write to ")
    target = link.part.relate_to(
        "mailto:ada.moorcroft@example.org?subject=Ada%20Moorcroft", RELATIONSHIP_TYPE.HYPERLINK, True
    )
    element = OxmlElement("w:hyperlink")
    element.set(qn("r:id"), target)
    element.set(qn("w:tooltip"), "Ada Moorcroft")
    run = paragraph.add_run("Ada Moorcroft")
    element.append(run._r)
    paragraph._p.append(element)
    save(link, "link.docx")

    long = docx.Document()
    for number in range(200):
        long.add_paragraph(f"{number}. {LETTER} Nothing else is said here.", style="List Number")
    long.add_picture(io.BytesIO(base64.b64decode(_PIXEL)))
    save(long, "long.docx")
    return made


# A picture of one white point, as PNG.
_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC"

_RTF = r"""{\rtf1\ansi{\info{\author Ada Moorcroft}{\title Thabo Lindqvist}}
Dear {\b Ada Moor}croft\footnote{ Ring +44 1632 960123, Thabo Lindqvist.}, this is about
{\field{\*\fldinst{HYPERLINK "mailto:ada.moorcroft@example.org"}}{\fldrslt{ada.moorcroft@example.org}}}.\par
{\header Ada Moorcroft}{\footer page of Thabo Lindqvist}
Second.{\*\annotation {\*\atnid AM}{\*\atnauthor Ada Moorcroft}by Thabo Lindqvist}\par}"""

_HTML = """<html><head><title>Ada Moorcroft</title><meta name="author" content="Thabo Lindqvist"></head><body>
<h1>Ada Moorcroft</h1><p>Dear <b>Ada</b> <i>Moorcroft</i>, ring +44 1632 960123.</p>
<table><tr><th>name</th><td>Thabo Lindqvist</td></tr></table>
<p><a href="mailto:ada.moorcroft@example.org">write</a></p></body></html>"""

_FODT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.3"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"
 office:mimetype="application/vnd.oasis.opendocument.text">
<office:meta><dc:creator>Ada Moorcroft</dc:creator><meta:user-defined meta:name="Patient">Thabo Lindqvist</meta:user-defined></office:meta>
<office:body><office:text>
<text:tracked-changes><text:changed-region text:id="c1"><text:deletion>
<office:change-info><dc:creator>Zoë Þórsdóttir</dc:creator><dc:date>2026-01-02T03:04:05</dc:date></office:change-info>
<text:p>Thabo Lindqvist</text:p></text:deletion></text:changed-region>
<text:changed-region text:id="c2"><text:insertion>
<office:change-info><dc:creator>Zoë Þórsdóttir</dc:creator><dc:date>2026-01-02T03:04:05</dc:date></office:change-info>
</text:insertion></text:changed-region></text:tracked-changes>
<text:p>Dear <text:change text:change-id="c1"/><text:change-start text:change-id="c2"/>Ada Moorcroft<text:change-end text:change-id="c2"/>,
ring<text:note text:id="n1" text:note-class="endnote"><text:note-citation>1</text:note-citation><text:note-body>
<text:p>+44 1632 960123</text:p></text:note-body></text:note>.
<office:annotation><dc:creator>Ada Moorcroft</dc:creator><text:p>Ask Thabo Lindqvist</text:p></office:annotation></text:p>
<text:p><draw:frame svg:width="5cm" svg:height="2cm"><draw:text-box><text:p>In a box: Ada Moorcroft</text:p></draw:text-box></draw:frame></text:p>
</office:text></office:body></office:document>"""


def by_libreoffice(folder: Path, profile: Path) -> list[Path]:
    """Four documents: from RTF, HTML, OpenDocument and plain text."""
    if libreoffice.SOFFICE is None:
        pytest.skip(libreoffice.MISSING)
    sources = {"from_rtf.rtf": _RTF, "from_html.html": _HTML, "from_odt.fodt": _FODT, "from_text.txt": LETTER}
    for name, text in sources.items():
        (folder / name).write_text(text, encoding="utf-8")
    made = libreoffice.convert([folder / name for name in sources if name != "from_html.html"], "docx", folder, profile)
    made |= libreoffice.convert([folder / "from_html.html"], "docx:Office Open XML Text", folder, profile)
    return list(made.values())


def by_pandoc(folder: Path) -> list[Path]:
    """Two documents from Markdown, with notes, a table and metadata."""
    pypandoc = pytest.importorskip("pypandoc", reason="pandoc is not installed (pip install pypandoc-binary)")
    text = (
        "---\nauthor: Ada Moorcroft\ntitle: On Thabo Lindqvist\n---\n\n# Ada Moorcroft\n\n"
        f"{LETTER}[^1] See [Ada *Moorcroft*](mailto:ada.moorcroft@example.org).\n\n[^1]: By Zoë Þórsdóttir.\n\n"
        "| name | number |\n|---|---|\n| Thabo Lindqvist | +44 1632 960123 |\n"
    )
    plain, changes = folder / "pandoc.docx", folder / "pandoc_changes.docx"
    pypandoc.convert_text(text, "docx", format="md", outputfile=str(plain))
    tracked = (
        '[Ada Moorcroft]{.insertion author="Zoë Þórsdóttir"}[Thabo Lindqvist]{.deletion author="Ada Moorcroft"} rang.'
    )
    pypandoc.convert_text(tracked, "docx", format="md", outputfile=str(changes))
    return [plain, changes]


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

_WORD_BODY = f"""{_HEAD}<w:document {_W} {_R} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><w:body>
<w:p><w:pPr><w:tabs><w:tab w:val="left" w:pos="720"/></w:tabs></w:pPr><w:r><w:t xml:space="preserve">Dear </w:t></w:r>
<w:proofErr w:type="spellStart"/><w:r><w:rPr><w:b/></w:rPr><w:t>Ada</w:t></w:r><w:r><w:t xml:space="preserve"> Moor</w:t></w:r>
<w:del w:id="1" w:author="Zoë Þórsdóttir" w:date="2026-01-02T03:04:05Z"><w:r><w:delText>land</w:delText></w:r></w:del>
<w:ins w:id="2" w:author="Thabo Lindqvist" w:date="2026-01-02T03:04:05Z"><w:r><w:t>croft</w:t></w:r></w:ins>
<w:proofErr w:type="spellEnd"/><w:r><w:tab/><w:t>+44</w:t></w:r><w:r><w:br/><w:t xml:space="preserve">1632 960123</w:t></w:r></w:p>
<w:p><w:del w:id="3" w:author="Ada Moorcroft"><w:r><w:delText xml:space="preserve">Thabo </w:delText></w:r></w:del>
<w:moveFrom w:id="4" w:author="Ada Moorcroft"><w:r><w:t>Lindqvist</w:t></w:r></w:moveFrom>
<w:ins w:id="5" w:author="Ada Moorcroft"><w:del w:id="6" w:author="Ada Moorcroft"><w:r><w:delText>Ada Moorcroft</w:delText></w:r></w:del></w:ins></w:p>
<w:p><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="Text1"/><w:textInput><w:default w:val="Ada Moorcroft"/></w:textInput>
<w:helpText w:type="text" w:val="Thabo Lindqvist"/></w:ffData></w:fldChar></w:r><w:r><w:instrText xml:space="preserve"> HYPERLINK "mailto:ada.moor</w:instrText></w:r>
<w:r><w:instrText>croft@example.org" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>Thabo Lindqvist</w:t></w:r>
<w:r><w:fldChar w:fldCharType="end"/></w:r><w:fldSimple w:instr=" AUTHOR Ada Moorcroft "><w:r><w:t>Ada Moorcroft</w:t></w:r></w:fldSimple></w:p>
<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><wp:docPr id="1" name="Box of Ada Moorcroft" descr="Ada Moorcroft smiling"/>
<wps:txbx><w:txbxContent><w:p><w:r><w:t>Ada Moor</w:t></w:r><w:r><w:t>croft</w:t></w:r></w:p></w:txbxContent></wps:txbx></wp:inline></w:drawing></mc:Choice>
<mc:Fallback><w:pict><v:shape alt="Thabo Lindqvist"><v:textpath string="Thabo Lindqvist"/><v:textbox><w:txbxContent><w:p><w:r><w:t>Ada Moorcroft</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>
<w:sdt><w:sdtPr><w:alias w:val="Ada Moorcroft"/><w:tag w:val="Thabo Lindqvist"/><w:dropDownList><w:listItem w:displayText="Zoë Þórsdóttir" w:value="Zoë Þórsdóttir"/></w:dropDownList></w:sdtPr>
<w:sdtContent><w:p><w:r><w:t>李小龙</w:t></w:r></w:p></w:sdtContent></w:sdt>
<w:p><w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>Ada Moorcroft</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>李小龙</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>
<w:p><m:oMath><m:r><m:t>Thabo Lindqvist</m:t></m:r></m:oMath><w:r><w:t>Müller &amp; Söhne</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r></w:p>
<w:sectPr><w:headerReference w:type="default" r:id="rId5"/></w:sectPr></w:body></w:document>"""


def as_word_writes(folder: Path) -> list[Path]:
    """A package with the parts that Word writes and libraries do not: changes, boxes, controls, people, an own workbook."""
    book = openpyxl.Workbook()
    book.create_sheet("within")["A1"] = "Ada Moorcroft"
    inside = io.BytesIO()
    book.save(inside)
    comments = (
        f'<w:comments {_W}><w:comment w:id="0" w:author="Ada Moorcroft" w:initials="Zoë Þórsdóttir"><w:p><w:r>'
        "<w:t>Ask Thabo </w:t></w:r><w:r><w:t>Lindqvist</w:t></w:r></w:p></w:comment></w:comments>"
    )
    relations = {
        "rId1": ("footnotes", "footnotes.xml"), "rId2": ("settings", "settings.xml"), "rId3": ("comments", "comments.xml"),
        "rId4": ("package", "embeddings/Microsoft_Excel_Worksheet.xlsx"), "rId5": ("header", "header1.xml"),
        "rId6": ("chart", "charts/chart1.xml"),
    }  # fmt: skip
    parts = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/><Default Extension="jpeg" ContentType="image/jpeg"/>'
            '<Default Extension="xlsx" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"/>'
            + "".join(
                f'<Override PartName="/word/{name}.xml" ContentType="application/vnd.openxmlformats-officedocument.'
                f'wordprocessingml.{kind}+xml"/>'
                for name, kind in (
                    ("document", "document.main"), ("footnotes", "footnotes"), ("settings", "settings"),
                    ("comments", "comments"), ("header1", "header"),
                )
            )
            + "</Types>"
        ),
        "_rels/.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
            '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail" '
            'Target="docProps/thumbnail.jpeg"/></Relationships>'
        ),
        "word/document.xml": _WORD_BODY,
        "word/_rels/document.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            + "".join(
                f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
                for name, (kind, target) in relations.items()
            )
            + f'<Relationship Id="rId9" Type="{_OFFICE}/attachedTemplate" TargetMode="External" '
            'Target="file:///C:/Users/Ada%20Moorcroft/Normal.dotm"/></Relationships>'
        ),
        "word/footnotes.xml": f'<w:footnotes {_W}><w:footnote w:id="1"><w:p><w:r><w:t>See Ada Moorcroft</w:t></w:r></w:p></w:footnote></w:footnotes>',
        "word/settings.xml": f'<w:settings {_W}><w:docVars><w:docVar w:name="patient" w:val="Ada Moorcroft"/></w:docVars></w:settings>',
        "word/comments.xml": comments,
        "word/people.xml": (
            '<w15:people xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"><w15:person w15:author="Ada Moorcroft">'
            '<w15:presenceInfo w15:providerId="AD" w15:userId="S::ada.moorcroft@example.org::1"/></w15:person></w15:people>'
        ),
        "word/header1.xml": f'<w:hdr {_W}><w:p><w:r><w:t>Ada Moorcroft</w:t></w:r></w:p></w:hdr>',
        "word/charts/chart1.xml": (
            '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
            'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:tx><c:rich><a:p><a:r><a:t>Ada </a:t></a:r>'
            "<a:r><a:t>Moorcroft</a:t></a:r></a:p></c:rich></c:tx><c:strCache><c:pt idx=\"0\"><c:v>Thabo Lindqvist</c:v></c:pt>"
            "</c:strCache><c:numCache><c:pt><c:v>441632960124</c:v></c:pt></c:numCache></c:chartSpace>"
        ),
        "customXml/item1.xml": '<letter to="Ada Moorcroft"><from>Thabo Lindqvist</from>by Zoë Þórsdóttir<x/>Ada Moorcroft</letter>',
        "docProps/app.xml": (
            '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
            "<Manager>Ada Moorcroft</Manager><Company>Müller &amp; Söhne</Company></Properties>"
        ),
        "docProps/custom.xml": (
            '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
            'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
            '<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="Client"><vt:lpwstr>Ada Moorcroft</vt:lpwstr></property></Properties>'
        ),
    }  # fmt: skip
    path = folder / "as_word_writes.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text if text.startswith("<?xml") else _HEAD + text)
        archive.writestr("word/embeddings/Microsoft_Excel_Worksheet.xlsx", inside.getvalue())
        archive.writestr("docProps/thumbnail.jpeg", b"\xff\xd8 a picture of the letter \xff\xd9")
    return [path]
