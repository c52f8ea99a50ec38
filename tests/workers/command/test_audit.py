"""The record as an operator verifies it: sentences, exit codes, anchors and their files."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.workers.command.test_main import wufen


@pytest.fixture
def city(home: Path) -> Path:
    assert wufen(home, "sample-city").exit_code == 0
    return home


def change(city: Path, *statements: str) -> None:
    with sqlite3.connect(city / "wufen.db") as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            database.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            database.execute(statement)
    database.close()


def test_a_record_is_anchored_verified_tampered_with_and_found(city: Path, tmp_path: Path) -> None:
    made = wufen(city, "audit", "anchor")
    assert made.output.splitlines()[0] == "Anchor 1 is made."
    assert wufen(city, "audit", "anchor").output.splitlines()[0] == "Today has its anchor already."
    (file,) = (city / "anchors").iterdir()
    whole = wufen(city, "audit", "verify", "--anchors", str(city / "anchors"))
    assert whole.exit_code == 0
    assert whole.output.endswith("The record is as it was written.\n")
    assert "audit: " in whole.output

    # Somebody else checks the file with the key that he was given.
    key_id, public = wufen(city, "audit", "key").output.split()
    told = json.loads(file.read_text("utf-8"))
    assert (told["key"], told["public_key"]) == (key_id, public)
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
    key.verify(bytes.fromhex(told["signature"]), told["text"].encode())

    change(city, "UPDATE audit SET actor = 'nobody' WHERE number = 1")
    found = wufen(city, "audit", "verify")
    assert found.exit_code == 4
    assert "Found: audit: row 1 was changed, or what stands before together with its hash.\n" in found.output
    change(city, "DELETE FROM anchors")
    missed = wufen(city, "audit", "verify", "--anchors", str(city / "anchors"))
    assert missed.exit_code == 4
    assert "Found: anchors: row 1 is missing.\n" in missed.output


def test_what_cannot_be_verified_is_one_sentence(city: Path, tmp_path: Path) -> None:
    unknown = wufen(city, "audit", "verify", "--district", "999999")
    assert (unknown.exit_code, unknown.output) == (1, "Error: There is no district 999999.\n")
    empty = wufen(city, "audit", "verify", "--anchors", str(tmp_path))
    assert (empty.exit_code, empty.output) == (1, f"Error: {tmp_path}: there is no anchor in it.\n")
    (tmp_path / "1.json").write_text("{}")
    odd = wufen(city, "audit", "verify", "--anchors", str(tmp_path))
    assert odd.exit_code == 1
    assert odd.output.startswith(f"Error: {tmp_path}/1.json: ")


def test_a_new_epoch_begins_with_an_anchor(city: Path) -> None:
    assert wufen(city, "epoch", "new").exit_code == 0
    assert wufen(city, "audit", "anchor").output.splitlines()[0] == "Anchor 2 is made."
    names = sorted(path.name[:12] for path in (city / "anchors").iterdir())
    assert names[0] == "000001-epoch"
    assert wufen(city, "audit", "verify").exit_code == 0
