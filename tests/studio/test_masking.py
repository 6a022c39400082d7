"""Masking in the studio: the policy and operators that were chosen, files of every format, and what is told of them."""

import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import APIResponse, BrowserContext, FormData

from loredact.errors import InputError
from loredact.studio.masking import keep_files
from loredact.studio.models import Masking
from loredact.studio.policies import chosen_policy
from tests.studio.conftest import Started

TEXT = "Please write to ada@example.org or ring +44 20 7946 0018."


class Asking:
    """The shared studio, asked without a page."""

    def __init__(self, context: BrowserContext, studio: Started) -> None:
        self.request, self.origin = context.request, studio.origin

    def post(self, path: str, **body: Any) -> APIResponse:
        return self.request.post(f"{self.origin}/api{path}", headers={"Origin": self.origin}, **body)

    def masked(self, text: str, **how: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.post("/mask", data={"text": text, "how": how}).json()
        return answer

    def result(self, job: dict[str, Any]) -> dict[str, Any]:
        for _ in range(600):
            told: dict[str, Any] = self.request.get(f"{self.origin}/api/jobs/{job['id']}").json()
            if told["state"] not in {"waiting", "running"}:
                return told
            time.sleep(0.1)
        raise AssertionError("the job takes too long")


@pytest.fixture
def asking(entered: BrowserContext, shared: Started) -> Asking:
    return Asking(entered, shared)


def test_operators_take_the_place_of_the_policys(asking: Asking) -> None:
    assert "[EMAIL_ADDRESS]" in asking.masked(TEXT)["text"]
    assert "[EMAIL_ADDRESS_1]" in asking.masked(TEXT, operator="number")["text"]
    told = asking.masked(TEXT, operators={"EMAIL_ADDRESS": "redact", "PHONE_NUMBER": "keep"})
    assert told["text"] == "Please write to  or ring +44 20 7946 0018."
    assert [kept["label"] for kept in told["kept"]] == ["PHONE_NUMBER"]
    made_up = asking.masked(TEXT, operator="surrogate")["text"]
    assert "ada@example.org" not in made_up
    assert "[" not in made_up


def test_a_policy_is_one_that_ships_or_a_files(asking: Asking) -> None:
    assert "ada@example.org" not in asking.masked(TEXT, policy="hipaa-safe-harbor")["text"]
    written = "labels:\n  EMAIL_ADDRESS: {operator: {name: replace, new_value: (an address)}}\n"
    assert "(an address)" in asking.masked(TEXT, written=written)["text"]
    refused = asking.post("/mask", data={"text": TEXT, "how": {"written": "labels:\n  AGE: nonsense\n"}})
    assert refused.status == 422
    assert "line 2" in refused.json()["error"]
    for wrong in (Masking(policy="/etc/passwd"), Masking(operator="hash"), Masking(operators={"AGE": "encrypt"})):
        with pytest.raises(InputError, match="There is no such"):
            chosen_policy(wrong)


def test_files_are_masked_by_their_format_and_what_cannot_be_is_told(asking: Asking) -> None:
    files = {
        "letters/a.txt": TEXT.encode(),
        "table.csv": b"name,mail\nAda Lovelace,ada@example.org\n",
        "../../rows.jsonl": json.dumps({"mail": "ada@example.org", "n": 1}).encode() + b"\n",
        "broken.docx": b"PK\x03\x04 and no more",
    }
    how = json.dumps({"operators": {"EMAIL_ADDRESS": "number"}})
    form = [("how", how), *(("files", {"name": n, "mimeType": "x/y", "buffer": data}) for n, data in files.items())]
    job = asking.post("/masking/files", multipart=_form(form)).json()
    told = asking.result(job)["result"]
    assert told["files"] == 3
    assert [name for name, _ in told["problems"]] == ["broken.docx"]
    assert told["report"]["masked"]["labels"]["EMAIL_ADDRESS"] == 3
    answer = asking.request.get(f"{asking.origin}/api/masking/{job['id']}.zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.body()))
    expected = ["letters/a.txt", "loredact-report.html", "loredact-report.json", "rows.jsonl", "table.csv"]
    assert sorted(archive.namelist()) == expected
    assert archive.read("table.csv").startswith(b"name,mail\n")
    assert json.loads(archive.read("rows.jsonl")) == {"mail": "[EMAIL_ADDRESS_1]", "n": 1}
    assert b"example.org" not in b"".join(map(archive.read, archive.namelist()))


def _form(fields: list[tuple[str, Any]]) -> FormData:
    form = FormData()
    for name, value in fields:
        form.append(name, value)
    return form


def test_kept_files_lie_within_their_folder_each_under_a_name_of_its_own() -> None:
    names = ["a.txt", "a.txt", "../../a.txt", "/etc/a.txt", "..", ".loredact/lock", "b\\c.txt"]
    folder = keep_files((name, name.encode()) for name in names)
    top = Path(folder.name, "in")
    kept = {path.relative_to(top).as_posix(): path.read_text() for path in top.rglob("*") if path.is_file()}
    assert sorted(kept.values()) == sorted(names)
    assert set(kept) == {"a.txt", "a (2).txt", "a (3).txt", "etc/a.txt", "file", "loredact/lock", "b/c.txt"}
    folder.cleanup()
    assert not top.exists()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a.txt", "a.txt", "a (2).txt"], {"a.txt", "a (2).txt", "a (2) (2).txt"}),
        (["a (2).txt", "a.txt", "a.txt"], {"a (2).txt", "a.txt", "a (3).txt"}),
        (["a", "a/b.txt", "a/b.txt"], {"a", "a (2)/b.txt", "a (2)/b (2).txt"}),
        (["a/b.txt", "a"], {"a/b.txt", "a (2)"}),
        (["loredact-report.html", "x/loredact-report.html"], {"loredact-report (2).html", "x/loredact-report.html"}),
    ],
)
def test_no_kept_file_takes_the_place_of_another(names: list[str], expected: set[str]) -> None:
    folder = keep_files((name, str(index).encode()) for index, name in enumerate(names))
    top = Path(folder.name, "in")
    kept = {path.relative_to(top).as_posix(): path.read_text() for path in top.rglob("*") if path.is_file()}
    assert set(kept) == expected
    assert sorted(kept.values()) == sorted(map(str, range(len(names))))
