"""What a vault's file tells, and what becomes of wrong keys, other versions, two writers, damage, killed programs."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from loredact.errors import InputError, LoredactError, VaultError
from loredact.keys import Key
from loredact.vault import Forgotten, Placeholder, Vault, unmask

KEY = Key.of("a key for tests of the vault alone")
OTHER = Key.of("another key for tests of the vault")
NAMES = [f"Zyxwvut Abcdefgh{number:04d}" for number in range(1_000)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "v.db"
    Vault.new(path, KEY)
    return path


def fill(path: Path, names: list[str], document: str = "letter", customer: str | None = None) -> list[Placeholder]:
    with Vault.open(path, write=True).unlock(KEY) as vault, vault.document(document, customer) as written:
        return [written.placeholder(name, "PERSON", f"PERSON:{name}") for name in names]


def value(path: Path, placeholder: Placeholder, key: Key = KEY) -> str | None:
    with Vault.open(path).unlock(key) as vault:
        found = vault.value(placeholder)
    return None if found is None else found[1]


def on_disk(path: Path) -> bytes:
    return b"".join(other.read_bytes() for other in path.parent.iterdir() if other.is_file())


def test_the_file_holds_no_value_no_name_and_no_key(path: Path) -> None:
    with Vault.open(path, write=True).unlock(KEY) as vault:
        with vault.document("letter-of-Zyxwvut", "customer-Acme") as document:
            placeholders = [document.placeholder(name, "PERSON", f"PERSON:{name}") for name in NAMES]
        during = on_disk(path)  # with SQLite's log beside it
    after = on_disk(path)
    for data in (during, after):
        for name in (*NAMES, "letter-of-Zyxwvut", "customer-Acme", "PERSON", "Zyxwvut", KEY.read().decode()):
            for form in (name, name.casefold(), name.upper()):
                assert form.encode() not in data
                assert form.encode("utf-16-le") not in data
    assert value(path, placeholders[-1]) == NAMES[-1]


def test_values_of_different_length_and_the_same_value_in_two_documents_look_alike(path: Path) -> None:
    fill(path, ["Ada", "Ada Lovelace, Countess"], "one")
    fill(path, ["Ada"], "two")
    rows = sqlite3.connect(path).execute("SELECT tag, length(sealed) FROM forms").fetchall()
    assert len({tag for tag, _ in rows}) == 3
    assert len({length for _, length in rows}) == 1


def test_a_wrong_key_is_refused_at_once_and_nothing_changes(path: Path) -> None:
    fill(path, NAMES[:3])
    before = on_disk(path)
    started = time.perf_counter()
    for write in (False, True):
        with Vault.open(path, write=write) as vault, pytest.raises(VaultError, match="not that of the vault"):
            vault.unlock(OTHER)
    assert time.perf_counter() - started < 1
    assert on_disk(path) == before


def test_a_locked_vault_gives_nothing(path: Path) -> None:
    with Vault.open(path) as vault, pytest.raises(VaultError, match="locked"):
        vault.labels()


def test_another_version_is_refused_and_left_as_it_is(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(VaultError, match="version 2"):
        Vault.open(path, write=True)
    assert path.read_bytes() == before


def test_what_is_no_vault_is_told_so(tmp_path: Path) -> None:
    for name, data in (("text", b"Ada Lovelace " * 500), ("empty", b"")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(VaultError, match="no vault"):
            Vault.open(tmp_path / name)
        assert (tmp_path / name).read_bytes() == data
    with pytest.raises(InputError, match="There is no vault"):
        Vault.open(tmp_path / "absent", write=True)
    with pytest.raises(InputError, match="there already"):
        Vault.new(tmp_path / "text", KEY)


def test_two_writers_are_told_apart_and_readers_read_beside_one(path: Path) -> None:
    (placeholder,) = fill(path, ["Ada Lovelace"])
    with Vault.open(path, write=True).unlock(KEY) as vault, vault.document("second") as document:
        document.placeholder("Emmy Noether", "PERSON", "PERSON:emmy")
        with pytest.raises(VaultError, match="One writes at a time"):
            Vault.open(path, write=True)
        assert value(path, placeholder) == "Ada Lovelace"
    Vault.open(path, write=True).close()


def test_a_reader_cannot_write(path: Path) -> None:
    with (
        Vault.open(path).unlock(KEY) as vault,
        pytest.raises(VaultError, match="opened to read"),
        vault.document("x"),
    ):
        pass


def test_a_block_that_fails_writes_nothing(path: Path) -> None:
    def fail(vault: Vault) -> None:
        with vault.document("half") as document:
            document.placeholder("Ada Lovelace", "PERSON", "PERSON:ada")
            raise ZeroDivisionError

    with Vault.open(path, write=True).unlock(KEY) as vault:
        with pytest.raises(ZeroDivisionError):
            fail(vault)
        assert vault.about().values == vault.about().documents == 0


def test_a_damaged_file_is_told_and_shows_nothing(path: Path) -> None:
    placeholders = fill(path, NAMES[:200])
    whole = path.read_bytes()
    chance = random.Random(5)
    told: list[str] = []
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(40):
            data[chance.randrange(100, len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        try:
            with Vault.open(path).unlock(KEY) as vault:
                vault.about()
                for placeholder, name in zip(placeholders, NAMES, strict=False):
                    found = vault.value(placeholder)
                    assert found is None or found[1] == name  # never another's value
        except LoredactError as error:
            told.append(str(error))
    assert len(told) > 30
    assert not any("Zyxwvut" in message for message in told)


def test_a_row_put_in_anothers_place_does_not_open(path: Path) -> None:
    first, second = fill(path, NAMES[:2])
    with sqlite3.connect(path) as connection:
        (sealed,) = connection.execute("SELECT sealed FROM forms WHERE entity = ?", (first.number,)).fetchone()
        connection.execute("UPDATE forms SET sealed = ? WHERE entity = ?", (sealed, second.number))
    connection.close()
    with pytest.raises(VaultError, match="damaged"):
        value(path, second)


def test_rotation_leaves_every_value_and_the_old_key_opens_nothing(path: Path) -> None:
    placeholders = fill(path, NAMES[:50], customer="acme")
    old = {bytes(row) for (row,) in sqlite3.connect(path).execute("SELECT sealed FROM forms")}
    with Vault.open(path, write=True).unlock(KEY) as vault:
        vault.rotate(OTHER)
    assert [value(path, placeholder, OTHER) for placeholder in placeholders] == NAMES[:50]
    with Vault.open(path) as vault, pytest.raises(VaultError):
        vault.unlock(KEY)
    data = on_disk(path)
    assert not any(sealed in data for sealed in old)
    with Vault.open(path, write=True).unlock(OTHER) as vault:
        with vault.document("letter") as document:  # is still known
            assert document.placeholder(NAMES[7], "PERSON", f"PERSON:{NAMES[7]}") == placeholders[7]
        assert vault.forget_customer("acme").documents == 0  # the document is nobody's, now


def test_a_document_and_a_customer_are_forgotten_with_what_stands_in_no_other(path: Path) -> None:
    fill(path, NAMES[:3], "one", "acme")
    fill(path, NAMES[:2], "two", "acme")
    (kept,) = fill(path, NAMES[:1], "three", "borel")
    with Vault.open(path, write=True).unlock(KEY) as vault:
        assert vault.forget_document("one") == Forgotten(3, 1)
        assert vault.forget_document("one") == Forgotten(0, 0)
        assert vault.forget_customer("acme") == Forgotten(2, 1)
    assert value(path, kept) == NAMES[0]


def test_a_value_that_two_documents_share_stays_until_both_are_forgotten(path: Path) -> None:
    with Vault.open(path, write=True).unlock(KEY) as vault:
        for name in ("one", "two"):
            with vault.document(name, within="everywhere") as document:
                shared = document.placeholder("Ada", "PERSON", "PERSON:ada")
        assert vault.forget_document("one") == Forgotten(0, 1)
        assert vault.value(shared) == ("PERSON", "Ada")
        assert vault.forget_document("two") == Forgotten(1, 1)
        assert vault.value(shared) is None


def test_a_forgotten_value_is_gone_with_all_its_forms_from_the_disk_too_and_its_number_is_not_given_again(
    path: Path,
) -> None:
    with Vault.open(path, write=True).unlock(KEY) as vault:
        with vault.document("letter") as document:
            forms = [
                document.placeholder(text, "PERSON", "PERSON:ada lovelace") for text in ("Ada Lovelace", "Ms Lovelace")
            ]
            other = document.placeholder("Emmy Noether", "PERSON", "PERSON:emmy")
        sealed = [bytes(row) for (row,) in sqlite3.connect(path).execute("SELECT sealed FROM forms ORDER BY entity")]
        assert vault.forget_value("ADA  LOVELACE") == Forgotten(2, 0)
        assert [vault.value(form) for form in forms] == [None, None]
        assert vault.value(other) == ("PERSON", "Emmy Noether")
        data = on_disk(path)
        assert sealed[0] not in data
        assert sealed[1] not in data
        assert sealed[2] in data
        with vault.document("letter") as document:
            assert document.placeholder("Ada Lovelace", "PERSON", "PERSON:ada lovelace").number > other.number


def test_a_value_expires_and_is_then_erased(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "v.db"
    Vault.new(path, KEY, days=30)
    (placeholder,) = fill(path, ["Ada Lovelace"])
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 29 * 86_400)
    assert value(path, placeholder) == "Ada Lovelace"
    monkeypatch.setattr(time, "time", lambda: now + 31 * 86_400)
    assert value(path, placeholder) is None
    with Vault.open(path, write=True).unlock(KEY) as vault:
        assert vault.about().values == 0


def test_values_that_a_killed_program_had_committed_are_there_and_no_half_document_is(path: Path) -> None:
    killed_at_random(path, 8, random.Random(3))


def killed_at_random(path: Path, times: int, chance: random.Random) -> tuple[int, int]:
    """Kill `times` writers at random moments; gives how many values were committed, and how many writers fell within a
    transaction.
    """
    committed: list[tuple[str, str]] = []
    for round_number in range(times):
        program = [sys.executable, __file__, str(path), str(round_number)]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        writer = subprocess.Popen(program, stdout=subprocess.PIPE, env=environment, text=True)
        assert writer.stdout is not None
        first = writer.stdout.readline()  # it has begun to write
        time.sleep(chance.uniform(0, 0.15))
        writer.send_signal(signal.SIGKILL)
        lines = [first, *writer.stdout]
        writer.wait()
        committed += [tuple(json.loads(line)) for line in lines if line.endswith("\n")]
    with Vault.open(path, write=True).unlock(KEY) as vault:
        assert vault.about().documents * 5 == vault.about().values  # each document whole, or not at all
        for text, original in committed:
            assert unmask(vault, text).text == original
        ids = [row[0] for row in sqlite3.connect(path).execute("SELECT id FROM entities")]
        for number in ids:
            assert vault.value(Placeholder("PERSON", number)) is not None
    return len(committed) * 5, len(ids) - len(committed) * 5


def _write_until_killed(path: Path, round_number: str) -> None:
    with Vault.open(path, write=True).unlock(KEY) as vault:
        for count in range(1_000_000):
            names = [f"Person {round_number} {count} {number}" for number in range(5)]
            with vault.document(f"{round_number} {count}") as document:
                made = [document.placeholder(name, "PERSON", f"PERSON:{name}") for name in names]
            print(json.dumps([" ".join(map(str, made)), " ".join(names)]), flush=True)


if __name__ == "__main__":
    _write_until_killed(Path(sys.argv[1]), sys.argv[2])
