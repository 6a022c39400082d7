"""Our own API, asked over HTTP of a server in a process of its own."""

import io
import json
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from loredact.batch import masked_file
from loredact.formats import Options as FormatOptions
from loredact.formats import find_format
from loredact.masking import Masker
from loredact.operators import Context
from loredact.tagger import SharedBases
from tests.conftest import edit
from tests.serve.conftest import Running, zipped

TEXT = "Ada Lovelace lives in London, call 12 34 56."


@pytest.fixture(scope="module")
def client(open_server: Running) -> httpx.Client:
    return open_server.client()


@pytest.fixture(scope="module")
def maskers(tiny_adapters: dict[str, Path]) -> dict[str, Masker]:
    shared = SharedBases()
    return {name: Masker.load(folder, shared=shared) for name, folder in tiny_adapters.items()}


@pytest.mark.parametrize("adapter", ["first", "second"])
def test_masking_gives_what_the_masker_of_that_adapter_gives(
    client: httpx.Client, maskers: dict[str, Masker], adapter: str
) -> None:
    answer = client.post("/v1/mask", json={"text": TEXT, "adapter": adapter})
    assert answer.status_code == 200
    expected = maskers[adapter].mask(TEXT)
    assert answer.json()["text"] == expected.text
    assert [(one["start"], one["end"], one["label"]) for one in answer.json()["spans"]] == [
        (span.start, span.end, span.label) for span in expected.spans
    ]


def test_several_texts_are_answered_in_their_order(client: httpx.Client, maskers: dict[str, Masker]) -> None:
    texts = [TEXT, "", "Paul Erdős", TEXT * 30]
    answer = client.post("/v1/find", json={"text": texts})
    found = [[(span["start"], span["end"]) for span in one["spans"]] for one in answer.json()]
    assert found == [[(span.start, span.end) for span in maskers["first"].find(text)] for text in texts]


def test_a_text_of_many_chunks_is_found_in_as_a_masker_does(client: httpx.Client, maskers: dict[str, Masker]) -> None:
    text = (TEXT + "\n") * 2000
    found = client.post("/v1/find", json={"text": text}).json()["spans"]
    expected = maskers["first"].find(text)
    same = sum(
        (a["start"], a["end"], a["label"]) == (b.start, b.end, b.label) for a, b in zip(found, expected, strict=False)
    )
    # What meets in a batch may move a score by the last bit in bfloat16, and these weights are random.
    assert same >= 0.99 * len(expected)
    assert abs(len(found) - len(expected)) <= 0.01 * len(expected)


def test_operators_are_chosen_by_label(client: httpx.Client) -> None:
    body = {"text": TEXT, "operators": {"FIRST_NUMBER": {"name": "redact"}, "DEFAULT": {"name": "number"}}}
    masked = client.post("/v1/mask", json=body).json()
    by_label = {span["label"]: span["operator"] for span in masked["spans"]}
    assert by_label.get("FIRST_NUMBER", "redact") == "redact"
    assert by_label.get("FIRST", "number") == "number"
    assert by_label


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"text": 5}, 422),
        ({"text": [1]}, 422),
        ({"text": "x", "adapter": "../../etc"}, 422),
        ({"text": "x", "adapter": "missing"}, 404),
        ({"text": "x", "recall": 2}, 422),
        ({"text": "x", "recall": 0.5}, 422),  # the tiny adapter has no operating points
        ({"text": "x", "also": ["NEVER_HEARD_OF"]}, 422),
        ({"text": "x", "secret-value-as-a-name": 1}, 422),
        ({"text": "x", "operators": {"DEFAULT": {"name": []}}}, 422),
        ({"text": "x" * 200_001}, 413),
        ({"text": ["x"] * 101}, 413),
        ({"text": "\ud800"}, 422),
    ],
)
def test_what_is_not_valid_is_refused_without_being_repeated(
    client: httpx.Client, body: dict[str, object], status: int
) -> None:
    content = json.dumps(body).encode()
    answer = client.post("/v1/mask", content=content, headers={"Content-Type": "application/json"})
    if body.get("also") or "operators" in body:
        assert answer.status_code == 422
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    for value in ("secret-value", "NEVER_HEARD_OF", "etc", "missing"):
        assert value not in answer.text or value == "missing"


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"text": "a", "text": "b"}', "application/json", 400),
        (b'{"text": "x", "recall": NaN}', "application/json", 400),
        (b'{"text": "\xff"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"text": "x"}', "text/plain", 415),
        (b'{"text": "x"}', "application/x-www-form-urlencoded", 415),
        (b"x" * ((1 << 20) + 1), "application/json", 413),
    ],
)
def test_a_body_that_is_no_strict_json_is_refused(client: httpx.Client, content: bytes, kind: str, status: int) -> None:
    answer = client.post("/v1/mask", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}


def test_a_body_in_pieces_is_held_to_its_size_too(client: httpx.Client) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(64):
            yield b" " * 65_536

    answer = client.post("/v1/mask", content=pieces(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_without_keys_other_names_of_this_machine_are_not_answered(client: httpx.Client) -> None:
    assert client.get("/v1/adapters", headers={"Host": "attacker.example"}).status_code == 421
    assert client.get("/v1/adapters", headers={"Host": "localhost:8080"}).status_code == 200


def test_answers_carry_security_headers_and_an_id(client: httpx.Client) -> None:
    own = "123e4567-e89b-12d3-a456-426614174000"
    answer = client.get("/v1/adapters", headers={"X-Request-ID": own})
    assert answer.headers["x-request-id"] == own
    assert client.get("/nowhere", headers={"X-Request-ID": "Ada Lovelace"}).headers["x-request-id"] != "Ada Lovelace"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "server" not in answer.headers


class TestStream:
    def test_a_stream_gives_what_the_masker_gives(self, client: httpx.Client, maskers: dict[str, Masker]) -> None:
        text = "".join(f"{number}: {TEXT} é𝄞\n" for number in range(2500))
        data = text.encode()

        def blocks() -> Iterator[bytes]:
            for place in range(0, len(data), 4097):
                yield data[place : place + 4097]

        answer = client.post("/v1/stream", content=blocks(), headers={"Content-Type": "text/plain"})
        assert answer.status_code == 200
        *parts, last = map(json.loads, answer.text.splitlines())
        assert last == {"done": True}
        assert len(parts) > 1
        # The parts' chunks are the masker's own, each alone in its batch as there.
        masked = "".join(part["text"] for part in parts)
        expected = "".join(maskers["first"].mask_stream([[text]]))
        # In bfloat16 logits differ a little with what shares a batch, and those of a random adapter lie close together.
        assert abs(len(masked) - len(expected)) < 0.03 * len(expected)
        outside = [part["spans"] for part in parts]
        spans = [span for of_one in outside for span in of_one]
        assert all(a["end"] <= b["start"] for a, b in pairwise(spans))

    def test_lines_are_blocks_of_one_text(self, client: httpx.Client, maskers: dict[str, Masker]) -> None:
        lines = "".join(json.dumps({"text": TEXT[place : place + 7]}) + "\n" for place in range(0, len(TEXT), 7))
        answer = client.post("/v1/stream", content=lines, headers={"Content-Type": "application/x-ndjson"})
        part, last = map(json.loads, answer.text.splitlines())
        assert part["text"] == maskers["first"].mask(TEXT).text
        assert last == {"done": True}

    @pytest.mark.parametrize(
        ("content", "kind", "status"),
        [
            (b"\xff\xfe", "text/plain", 400),
            (b"{}", "application/x-ndjson", 422),
            (b'{"text": 1}', "application/x-ndjson", 422),
            (b"x" * (1 << 21), "application/x-ndjson", 413),
            (b"x", "application/octet-stream", 415),
        ],
    )
    def test_what_is_no_text_is_refused(self, client: httpx.Client, content: bytes, kind: str, status: int) -> None:
        assert client.post("/v1/stream", content=content, headers={"Content-Type": kind}).status_code == status

    def test_an_empty_text_is_masked_to_an_empty_text(self, client: httpx.Client) -> None:
        answer = client.post("/v1/stream", content=b"", headers={"Content-Type": "text/plain"})
        assert [json.loads(line) for line in answer.text.splitlines()] == [{"text": "", "spans": []}, {"done": True}]


BINARY = {"Content-Type": "application/octet-stream"}


class TestFile:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("people.csv", b"name,city\r\nAda Lovelace,London\r\n"),
            ("people.json", b'{"name": "Ada Lovelace",  "city": "London"}'),
            ("letter.txt", TEXT.encode("utf-16")),
            ("nothing.txt", b""),
        ],
    )
    def test_a_file_comes_out_as_loredact_mask_writes_it(
        self, client: httpx.Client, maskers: dict[str, Masker], name: str, content: bytes, tmp_path: Path
    ) -> None:
        (tmp_path / name).write_bytes(content)
        found = find_format(tmp_path / name, FormatOptions())
        expected = b"".join(masked_file(maskers["first"], found, tmp_path / name, Context(name)))
        answer = client.post("/v1/mask/file", params={"name": name}, content=content, headers=BINARY)
        assert answer.status_code == 200, answer.text
        assert answer.content == expected
        assert answer.headers["X-Masked-Format"] == found.name
        assert int(answer.headers["X-Masked-Spans"]) > 0 or not content

    def test_members_of_an_archive_are_masked_and_what_is_left_is_told(self, client: httpx.Client) -> None:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("a.txt", TEXT)
            archive.writestr("b.png", b"\x89PNG\r\n\x1a\n\0\0")
        answer = client.post("/v1/mask/file", params={"name": "a.zip"}, content=made.getvalue(), headers=BINARY)
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert TEXT.encode() != archive.read("a.txt")
            assert archive.read("b.png").startswith(b"\x89PNG")
        assert json.loads(answer.headers["X-Masked-Notes"]) == [
            "member 2 is left as it is: no format that is read here fits it"
        ]

    @pytest.mark.parametrize(
        ("name", "content", "kind", "status"),
        [
            ("a.json", b'{"name": "Ada Lovelace"', "application/octet-stream", 422),
            ("a.zip", b"PK\x03\x04nothing", "application/octet-stream", 422),
            ("a.bin", bytes(range(256)), "application/octet-stream", 415),
            ("a.txt", b"Ada Lovelace", "text/plain", 415),
            ("a.txt", b"x" * (1 << 21), "application/octet-stream", 413),
            ("", b"x", "application/octet-stream", 422),
        ],
    )
    def test_what_cannot_be_masked_is_refused_and_nothing_is_left(
        self, client: httpx.Client, name: str, content: bytes, kind: str, status: int
    ) -> None:
        before = set(Path(tempfile.gettempdir()).glob("loredact-file-*"))
        answer = client.post("/v1/mask/file", params={"name": name}, content=content, headers={"Content-Type": kind})
        assert answer.status_code == status
        assert "Lovelace" not in answer.text
        assert set(Path(tempfile.gettempdir()).glob("loredact-file-*")) <= before


class TestAdapters:
    def test_an_adapter_is_put_used_and_removed(self, client: httpx.Client, tiny_adapters: dict[str, Path]) -> None:
        put = client.put(
            "/v1/adapters/mine", content=zipped(tiny_adapters["third"]), headers={"Content-Type": "application/zip"}
        )
        assert put.status_code == 201, put.text
        assert put.json()["labels"] == ["THIRD"]
        assert {"name": "mine", "origin": "own"} in client.get("/v1/adapters").json()
        found = client.post("/v1/find", json={"text": TEXT, "adapter": "mine"}).json()["spans"]
        assert {span["label"] for span in found} == {"THIRD"}
        assert client.delete("/v1/adapters/mine").status_code == 204
        assert client.post("/v1/find", json={"text": TEXT, "adapter": "mine"}).status_code == 404
        assert client.delete("/v1/adapters/mine").status_code == 404

    def test_an_adapter_put_several_times_at_once_is_one_of_them(
        self, open_server: Running, client: httpx.Client, tiny_adapters: dict[str, Path]
    ) -> None:
        archives = [zipped(tiny_adapters[name]) for name in ("first", "second", "third")] * 2
        headers = {"Content-Type": "application/zip"}
        for _ in range(3):
            statuses: list[int] = []

            def put(archive: bytes, statuses: list[int] = statuses) -> None:
                own = open_server.client()
                statuses.append(own.put("/v1/adapters/crowded", content=archive, headers=headers).status_code)

            putters = [threading.Thread(target=put, args=(archive,)) for archive in archives]
            for putter in putters:
                putter.start()
            for putter in putters:
                putter.join()
            assert set(statuses) == {201}
            assert client.get("/v1/adapters/crowded").status_code == 200
            assert client.post("/v1/find", json={"text": TEXT, "adapter": "crowded"}).status_code == 200
        assert client.delete("/v1/adapters/crowded").status_code == 204

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04nothing", b"x" * 1000])
    def test_what_is_no_adapter_is_refused(self, client: httpx.Client, content: bytes) -> None:
        headers = {"Content-Type": "application/zip"}
        assert client.put("/v1/adapters/broken", content=content, headers=headers).status_code == 422
        assert client.get("/v1/adapters/broken").status_code == 404

    def test_a_damaged_adapter_leaves_the_one_before(
        self, client: httpx.Client, tiny_adapters: dict[str, Path], tmp_path: Path
    ) -> None:
        headers = {"Content-Type": "application/zip"}
        good = client.put("/v1/adapters/kept", content=zipped(tiny_adapters["third"]), headers=headers)
        assert good.status_code == 201
        for name in ("adapter_config.json", "adapter_model.safetensors", "loredact.json"):
            (tmp_path / name).write_bytes((tiny_adapters["second"] / name).read_bytes())
        damaged = bytearray((tmp_path / "adapter_model.safetensors").read_bytes())
        damaged[-5] ^= 0xFF
        (tmp_path / "adapter_model.safetensors").write_bytes(damaged)
        refused = client.put("/v1/adapters/kept", content=zipped(tmp_path), headers=headers)
        assert refused.status_code == 422
        assert client.get("/v1/adapters/kept").json()["labels"] == ["THIRD"]
        client.delete("/v1/adapters/kept")

    @pytest.mark.parametrize("name", ["..", "%2e%2e", "..%2f..%2fetc", "UPPER", "a" * 65, "%00", "a%2fb"])
    def test_a_name_that_is_none_leads_nowhere(
        self, client: httpx.Client, tiny_adapters: dict[str, Path], name: str
    ) -> None:
        content = zipped(tiny_adapters["third"])
        put = client.put(f"/v1/adapters/{name}", content=content, headers={"Content-Type": "application/zip"})
        assert put.status_code in {404, 405, 422}

    def test_an_adapter_replaced_under_load_answers_wholly_by_the_old_or_the_new(
        self, open_server: Running, client: httpx.Client, tiny_adapters: dict[str, Path]
    ) -> None:
        headers = {"Content-Type": "application/zip"}
        archives = [zipped(tiny_adapters[name]) for name in ("first", "second")]
        client.put("/v1/adapters/turns", content=archives[0], headers=headers)
        stop = threading.Event()
        seen: list[set[str]] = []
        wrong: list[int] = []

        def ask() -> None:
            own = open_server.client()
            while not stop.is_set():
                answer = own.post("/v1/find", json={"text": [TEXT, "Paul Erdős in Budapest"] * 5, "adapter": "turns"})
                if answer.status_code != 200:
                    wrong.append(answer.status_code)
                    continue
                seen.append({span["label"].split("_")[0] for one in answer.json() for span in one["spans"]})

        askers = [threading.Thread(target=ask) for _ in range(4)]
        for asker in askers:
            asker.start()
        for turn in range(12):
            put = client.put("/v1/adapters/turns", content=archives[(turn + 1) % 2], headers=headers)
            assert put.status_code == 201
        stop.set()
        for asker in askers:
            asker.join()
        assert not wrong
        assert {frozenset(one) for one in seen} == {frozenset({"FIRST"}), frozenset({"SECOND"})}
        client.delete("/v1/adapters/turns")


def test_an_adapter_of_another_base_than_the_servers_is_refused(
    client: httpx.Client, tiny_adapters: dict[str, Path], tmp_path: Path
) -> None:
    for name in ("adapter_config.json", "adapter_model.safetensors", "loredact.json"):
        (tmp_path / name).write_bytes((tiny_adapters["first"] / name).read_bytes())
    for changes in (
        {"base__name": "/etc", "base__fingerprint": "0" * 64},
        {"architecture__num_layers": 1},
    ):
        edit(tmp_path / "loredact.json", **changes)
        headers = {"Content-Type": "application/zip"}
        put = client.put("/v1/adapters/foreign", content=zipped(tmp_path), headers=headers)
        assert put.status_code == 422
        assert "base" in put.json()["error"].lower()
