"""Vaults from the command line, as a person uses them."""

import stat
from pathlib import Path

import pytest

from loredact.keys import Key
from loredact.vault import Vault
from tests.cli.running import run

TEXT = "Please call Ada Lovelace on 01 08 56. [PERSON_1] is no placeholder.\r\n"


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    made = run("vault", "new", tmp_path / "v.db", "--key-file", tmp_path / "v.key")
    assert made.returncode == 0, made.stderr
    return tmp_path / "v.db"


def test_what_is_masked_with_a_vault_comes_back_and_is_forgotten(adapter: Path, vault: Path) -> None:
    letter, key = vault.parent / "letter.txt", vault.parent / "v.key"
    letter.write_bytes(TEXT.encode())
    masked = run("mask", letter, "--adapter", adapter, "--vault", vault, "--key-file", key)
    assert masked.returncode == 0, masked.stderr
    assert masked.stdout != TEXT.encode()
    back = run("unmask", "--vault", vault, "--key-file", key, stdin=masked.stdout)
    assert back.stdout == TEXT.encode(), back.stderr
    forgotten = run("vault", "forget", vault, "--document", letter, "--key-file", key)
    assert b"1 documents" in forgotten.stdout
    gone = run("unmask", "--vault", vault, "--key-file", key, stdin=masked.stdout)
    assert gone.stdout == masked.stdout
    assert b"not in the vault" in gone.stderr


def test_key_files_are_their_owners_alone_and_another_key_is_refused(vault: Path) -> None:
    assert stat.S_IMODE((vault.parent / "v.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(vault.stat().st_mode) == 0o600
    other = run("unmask", "--vault", vault, stdin=b"[PERSON_1]", LOREDACT_VAULT_KEY="another key, long enough for one")
    assert other.returncode == 5
    assert b"The key is not that of the vault" in other.stderr
    assert other.stdout == b""


def test_rotation_makes_a_new_key_and_the_old_one_opens_nothing(vault: Path) -> None:
    old, new = vault.parent / "v.key", vault.parent / "new.key"
    assert run("vault", "rotate", vault, "--key-file", old, "--new-key-file", new).returncode == 0
    assert run("unmask", "--vault", vault, "--key-file", old).returncode == 5
    assert run("unmask", "--vault", vault, "--key-file", new).returncode == 0
    again = run("vault", "rotate", vault, "--key-file", new, "--new-key-file", old)
    assert again.returncode == 2
    assert b"there already" in again.stderr


def test_a_vault_that_is_being_written_is_told_and_can_be_looked_at(vault: Path) -> None:
    key = Key(file=vault.parent / "v.key")
    with Vault.open(vault, write=True).unlock(key):
        refused = run("vault", "forget", vault, "--value", "Ada", "--key-file", vault.parent / "v.key")
        assert refused.returncode == 5
        assert b"One writes at a time" in refused.stderr
        assert b"Ada" not in refused.stderr
        assert run("vault", "info", vault).stdout.startswith(b"0 documents")


def test_what_belongs_to_a_vault_is_refused_without_one(vault: Path) -> None:
    assert run("mask", "--document", "letter", stdin=b"x").returncode == 2
    assert run("vault", "forget", vault, "--key-file", vault.parent / "v.key").returncode == 2
    assert run("vault", "new", vault, "--key-file", vault.parent / "other.key").returncode == 2
    assert not (vault.parent / "other.key").exists()
