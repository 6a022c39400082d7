"""Policies on the ways in: a masker in Python, streams, the command line, figures and reports."""

import json
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from loredact import Masker
from loredact.corpora import write_corpus
from loredact.document import Document
from loredact.errors import InputError
from loredact.operators import Context, Number, Redact
from loredact.policy import Denied, Policy, Rule
from tests.cli.running import run as run_in_bytes

NUMBERED = Policy(
    name="numbered",
    labels={"PERSON": Rule(operator=Number()), "PHONE": Rule(threshold=0.6)},
    deny=(Denied(label="CODE", exact=("London",)),),
)


@pytest.fixture(scope="module")
def masker(adapter: Path) -> Masker:
    return Masker.load(adapter, policy=NUMBERED)


def blocks(text: str) -> list[str]:
    return [text[at : at + 777] for at in range(0, len(text), 777)]


def test_stream_is_masked_as_the_whole_text_is(masker: Masker) -> None:
    text = "Ada Lovelace lives in London, call 12 34 56. Paul Erdős too.\n" * 3000
    whole = masker.mask(text)
    assert "".join(masker.mask_stream([blocks(text)])) == whole.text
    assert {r.operator for r in whole.replacements} == {"number", "replace"}
    assert {kept.reason for kept in whole.kept} == {"score below the threshold"}
    assert whole.text.count("[CODE]") == 3000


def test_parts_of_a_stream_report_their_replacements(masker: Masker) -> None:
    text = "Ada Lovelace lives in London, call 12 34 56.\n" * 4000
    parts = list(masker.mask_parts([(blocks(text), Context("one")), (["Ada"], Context("two"))]))
    assert [part.last for part in parts] == [*[False] * (len(parts) - 2), True, True]
    assert "".join(part.text for part in parts) == text + "Ada"
    assert {part.context.document for part in parts[:-1]} == {"one"}
    for part in parts:
        for replacement in part.masked.replacements:
            assert part.masked.text[replacement.start : replacement.end] == replacement.text
            assert 0 <= replacement.span.start < replacement.span.end <= len(part.text)


def test_stream_numbers_each_document_from_one(masker: Masker) -> None:
    texts = ["London Ada", "London Ada", "London Ada"]
    streamed = "".join(masker.mask_stream([text] for text in texts))
    assert streamed == "".join(masker.mask(text).text for text in texts)


def test_operator_of_ones_own_replaces_what_no_rule_of_the_policy_names(adapter: Path) -> None:
    masker = Masker.load(adapter, operator=lambda original, label: "<" + label + ">", policy=NUMBERED)
    labels = {
        r.span.label: r.operator
        for r in masker.mask("Ada Lovelace lives in London, call 12 34 56.\n" * 10).replacements
    }
    assert labels["PERSON"] == "number"
    assert labels["CODE"] == "<lambda>"


def test_same_model_masks_by_another_policy(masker: Masker) -> None:
    text = "Ada Lovelace lives in London, call 12 34 56."
    other = masker.with_policy(Policy(labels={"PERSON": Rule(operator=Redact())}, also=frozenset({"NOT_KNOWN"})))
    assert other.model is masker.model
    assert "[CODE]" in masker.mask(text).text
    assert "[CODE]" not in other.mask(text).text
    assert {r.operator for r in other.mask(text).replacements if r.span.label == "PERSON"} == {"redact"}


def test_label_of_a_policy_that_the_adapter_does_not_know_is_reported(adapter: Path) -> None:
    told: list[str] = []
    Masker.load(adapter, policy="everything", say=told.append)
    assert any("ORGANIZATION" in line for line in told)


def test_missing_customer_is_reported_before_anything_is_masked(adapter: Path) -> None:
    masker = Masker.load(adapter, policy=Policy(default=Rule(operator=Number(within="customer"))))
    with pytest.raises(InputError, match="customer"):
        masker.mask("Ada Lovelace")
    assert masker.mask("Ada Lovelace", customer="x").text


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    done = run_in_bytes(*arguments)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_command_line_masks_by_a_policy_and_reports_no_value(adapter: Path, tmp_path: Path) -> None:
    letter, other = tmp_path / "letter.txt", tmp_path / "other.txt"
    letter.write_text("Ada Lovelace lives in London, call 12 34 56.\n" * 10)
    other.write_text("Nothing.\n")
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "name: ours\nlabels: {PERSON: number, PHONE: {operator: replace, threshold: 0.7}}\n"
        "deny: [{label: CODE, exact: [London]}]\n"
    )
    reports = tmp_path / "report.json", tmp_path / "report.html"
    done = run(
        *("mask", letter, other, "--adapter", adapter, "--policy", rules, "--json"),
        *("--report", reports[0], "--report", reports[1]),
    )
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    for row, text in zip(rows, (letter.read_text(), other.read_text()), strict=True):
        for span in row["kept"]:
            assert row["text"][span["masked_start"] : span["masked_end"]] == text[span["start"] : span["end"]]
    report = json.loads(reports[0].read_text())
    spans = [span for row in rows for span in row["spans"]]
    assert report["masked"]["count"] == len(spans) == sum(report["masked"]["labels"].values())
    assert report["masked"]["labels"]["CODE"] == 10
    assert sum(sum(counts.values()) for counts in report["operators"].values()) == len(spans)
    kept = sum(len(row["kept"]) for row in rows)
    assert sum(sum(counts.values()) for counts in report["kept"].values()) == kept > 0
    assert sum(map(sum, report["scores"].values())) == len(spans) + kept
    assert report["documents"] == 2
    assert set(report["files"]) == {str(letter), str(other)}
    assert report["versions"]["policy"] == "ours"
    page = reports[1].read_text()
    for value in ("Ada", "Lovelace", "London", "12 34"):
        assert value not in page + reports[0].read_text()
    HTMLParser().feed(page)
    assert "http" not in page
    # The stream gives the same report.
    streamed = run("mask", letter, other, "--adapter", adapter, "--policy", rules, "--report", reports[0])
    assert streamed.returncode == 0
    assert streamed.stdout == "".join(row["text"] for row in rows)
    assert json.loads(reports[0].read_text()) == report


def test_only_and_keep_choose_labels_on_the_command_line(adapter: Path, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Ada Lovelace lives in London, call 12 34 56.\n" * 10)
    for option, labels in ((("--only", "PERSON"), {"PERSON"}), (("--keep", "PERSON"), {"PHONE"})):
        done = run("mask", letter, "--adapter", adapter, "--json", *option)
        assert {span["label"] for span in json.loads(done.stdout)["spans"]} == labels
    wrong = run("mask", letter, "--adapter", adapter, "--only", "PERSNO")
    assert wrong.returncode == 2
    assert wrong.stdout == ""
    assert "PERSNO" in wrong.stderr


def test_span_that_a_policy_keeps_is_neither_missed_nor_false(
    adapter: Path, tmp_path: Path, people: list[Document]
) -> None:
    data, rules = tmp_path / "people.jsonl", tmp_path / "rules.yaml"
    write_corpus(data, people)
    rules.write_text("labels: {PERSON: keep}\n")
    done = run("evaluate", data, "--adapter", adapter, "--policy", rules, "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert set(figures["labels"]) == {"PHONE"}
    assert figures["strict"]["labelled"] == len(people)
    assert figures["apart"]["PERSON"]["characters"] > 0


@pytest.mark.parametrize("command", [("check", "everything"), ("show", "pci"), ("list",)])
def test_policies_can_be_looked_at(command: tuple[str, ...]) -> None:
    done = run("policy", *command)
    assert done.returncode == 0
    assert done.stdout


def test_policy_with_faults_is_refused_with_lines_and_no_traceback(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("default: replace\nlabels:\n  AGE: shred\n")
    for command in (("policy", "check", rules), ("mask", rules, "--policy", rules)):
        done = run(*command)
        assert done.returncode == 2
        assert re.search(r"line 3: labels\.AGE\.operator: there is no operator of that name", done.stderr)
        assert "Traceback" not in done.stderr
    wrong = run("mask", rules, "--report", tmp_path / "report.txt")
    assert wrong.returncode == 2
    assert "report.txt must end in .json or .html" in wrong.stderr.replace("\n", "")
