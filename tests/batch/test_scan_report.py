import json

from loredact.batch.scan import ColumnReport
from loredact.batch.scan_report import as_json, as_page

COLUMNS = [
    ColumnReport("a.csv", "id", 20, None, 0.0, (), False),
    ColumnReport("a.csv", "<b>name</b>", 20, "PERSON", 1.0, ("[PERSON]", "Dr [PERSON] & son"), True),
    ColumnReport("b.txt", "", 3, "PERSON", 0.1, ("Dear [PERSON]",), False),
]


def test_page_tells_of_each_column_and_of_what_could_not_be_read() -> None:
    page = as_page(COLUMNS, [("c.json", "Line 1: it is not valid JSON.")])
    assert "1 of 3 columns in 2 files hold personal data" in page
    assert page.index("&lt;b&gt;name&lt;/b&gt;") < page.index(">id<")  # what is personal comes first
    assert "[PERSON] · Dr [PERSON] &amp; son" in page
    assert "Line 1: it is not valid JSON." in page
    assert "(text)" in page


def test_page_loads_nothing_from_elsewhere() -> None:
    page = as_page(COLUMNS)
    assert not any(word in page for word in ("http:", "https:", "<script", "src=", "@import", "url("))


def test_json_says_which_columns_are_personal() -> None:
    told = json.loads(json.dumps(as_json(COLUMNS)))
    assert [column["personal"] for column in told] == [False, True, False]
    assert told[1]["examples"] == ["[PERSON]", "Dr [PERSON] & son"]
