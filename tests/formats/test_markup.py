import html
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact.errors import InputError
from loredact.formats import Options
from tests.formats.masking import MARK, NAMES, cells, made, mask, nothing, rewritten

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {n} "{f"&{before};" * 10}">' for before, n in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><a>&i;</a>"
)
words = st.one_of(
    st.sampled_from(NAMES), st.text(st.characters(whitelist_categories=["L", "N", "P", "Zs"]), max_size=8)
)


def element(name: str, text: str, attribute: str, children: list[ET.Element]) -> ET.Element:
    made_one = ET.Element(name, {"title": attribute})
    made_one.text = text
    made_one.extend(children)
    for child in children:
        child.tail = text
    return made_one


elements = st.recursive(
    st.builds(element, st.sampled_from(["item", "name"]), words, words, st.just([])),
    lambda inner: st.builds(element, st.sampled_from(["list", "row"]), words, words, st.lists(inner, max_size=3)),
    max_leaves=8,
)


def masked(node: ET.Element) -> None:
    for one in node.iter():
        one.attrib["title"] = mask(one.attrib["title"]).text
        one.text = mask(one.text or "").text
        one.tail = mask(one.tail or "").text


@given(elements, st.sampled_from(["utf-8", "us-ascii", "utf-16"]))
def test_xml_parses_to_the_masked_tree(
    tmp_path_factory: pytest.TempPathFactory, node: ET.Element, encoding: str
) -> None:
    content = ET.tostring(node, encoding=encoding)
    path = made(tmp_path_factory.mktemp("xml"), "a.xml", content)
    assert rewritten(path, by=nothing) == content
    new = ET.fromstring(rewritten(path))
    masked(node)
    assert ET.tostring(new) == ET.tostring(node)


def test_xml_in_its_declared_encoding_keeps_every_other_byte(tmp_path: Path) -> None:
    content = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<!-- Renée Müller -->\n<p  n=\'Ren&#233;e M&#xfc;ller\' v = "é">'
        "<q/>Renée Müller &amp; <![CDATA[<Renée Müller>]]></p>\n"
    )
    new = rewritten(made(tmp_path, "a.xml", content.encode("latin-1"))).decode("latin-1")
    assert new == content.replace("Ren&#233;e M&#xfc;ller", MARK).replace("Renée Müller", MARK)


def test_cells_of_one_element_are_one_record_headed_by_their_names(tmp_path: Path) -> None:
    path = made(tmp_path, "a.xml", "<all><p><name>Ada</name><age>36</age></p><p><name>Paul</name></p></all>")
    found = cells(path)
    assert [(c.text, c.heading) for c in found] == [("Ada", "name"), ("36", "age"), ("Paul", "name")]
    assert found[0].row == found[1].row != found[2].row


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (BOMB, "entities of its own"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "entities of its own"),
        ("<a><b></a>", "Line 1: it is not well-formed"),
        ("<a>\n<b>Zebulon", "Line 2: it is not well-formed"),
        ("<a>&undefined;</a>", "not well-formed"),
    ],
)
def test_xml_that_is_broken_or_grows_is_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as told:
        cells(made(tmp_path, "a.xml", content))
    assert "Zebulon" not in str(told.value)


def test_html_keeps_its_markup_byte_for_byte(tmp_path: Path) -> None:
    content = (
        '<!doctype html><html lang=de><head><meta charset="utf-8"><title>Ren&eacute;e M&uuml;ller</title>\n'
        "<style>b > i {}</style><script>if (a < b) { x = '</b>' }</script></head>\n<body class='x'>"
        "<p>Dear <b>Ren&eacute;e</b>\n   <i>M&uuml;l&shy;ler</i>,<br>bye</p><!-- Renée Müller -->"
        '<a href="mailto:renee%40example.com?a=1&amp;b" title="Ren&eacute;e M&uuml;ller">x</a>'
        "<img alt='O&#39;Neill &amp; Søn'>"
        "a < b & c</body></html>\r\n"
    )
    expected = (
        content.replace("<b>Ren&eacute;e</b>\n   <i>M&uuml;l&shy;ler</i>", f"<b>{MARK}</b><i>&shy;</i>")
        .replace("Ren&eacute;e M&uuml;ller", MARK)
        .replace("Renée Müller", MARK)
        .replace("renee%40example.com", "%5BPERSON%5D")
        .replace("O&#39;Neill &amp; Søn", MARK)
    )
    assert rewritten(made(tmp_path, "a.html", content)).decode() == expected


def test_html_text_across_inline_tags_is_one_cell_and_scripts_are_none_unless_asked_for(tmp_path: Path) -> None:
    path = made(tmp_path, "a.html", "<p>Ren<b>é</b>e <i>Müller</i></p><script>x</script>")
    assert [cell.text for cell in cells(path)] == ["Renée Müller"]
    assert [cell.text for cell in cells(path, Options(scripts=True))] == ["Renée Müller", "x"]


def test_html_scripts_that_stay_are_told_of_and_styles_are_not(tmp_path: Path) -> None:
    path = made(tmp_path, "a.html", "<style>p {}</style><p>Hello</p><script src='x.js'></script>")
    told: list[str] = []
    cells(path, Options(note=told.append))
    assert not told
    path = made(tmp_path, "b.html", "<p>Hello</p><script>var x = 'Ada'</script>")
    cells(path, Options(note=told.append))
    assert told == ["scripts are left as they are; --scripts masks them too"]
    cells(path, Options(scripts=True, note=told.append))
    assert len(told) == 1


@pytest.mark.parametrize(
    ("name", "content", "note"),
    [
        ("a.html", "<p>x</p><?php echo 'Ada'; ?>", "processing instructions, such as PHP, are left as they are"),
        ("a.xml", "<?by Ada?><a>x</a>", "processing instructions, such as PHP, are left as they are"),
        ("b.xml", '<?xml version="1.0"?><?xml-stylesheet href="a.css"?><a>x</a>', None),
        (
            "b.html",
            "<style>p {} /* by Ada */</style>x",
            "comments in styles are left as they are; --scripts masks them too",
        ),
        ("c.xml", "<!DOCTYPE a [<!-- Ada -->]><a>x</a>", "declarations of the document type are left as they are"),
        ("c.html", "<!doctype html><p>x</p>", None),
    ],
)
def test_what_of_the_markup_may_hold_words_and_stays_is_told_of(
    tmp_path: Path, name: str, content: str, note: str | None
) -> None:
    told: list[str] = []
    assert [cell.text for cell in cells(made(tmp_path, name, content), Options(note=told.append))] == ["x"]
    assert told == ([] if note is None else [note])


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []

    def handle_data(self, data: str) -> None:
        self.seen.append(data)


@given(st.lists(words, min_size=1, max_size=6))
def test_html_parser_reads_the_masked_text(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    content = "<html><body>" + "".join(f"<div>{html.escape(part)}</div>" for part in parts) + "</body></html>"
    path = made(tmp_path_factory.mktemp("html"), "a.html", content)
    assert rewritten(path, by=nothing).decode() == content
    parser = _Text()
    parser.feed(rewritten(path).decode())
    parser.close()
    # What is spaces alone or twice over is one space where it is shown.
    shown = " ".join("".join(parser.seen).split())
    assert shown == " ".join("".join(mask(part).text for part in parts).split())


@given(st.text("<>!-/a=\"'& ]", max_size=40))
def test_anything_that_is_no_html_comes_out_as_it_was(tmp_path_factory: pytest.TempPathFactory, content: str) -> None:
    path = made(tmp_path_factory.mktemp("html"), "a.html", content)
    assert rewritten(path, by=nothing).decode() == content
