"""Whatever the audit may hold has a name for people, in both languages, and nothing else has one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from models.access.deeds import DEEDS
from models.access.rights import ACTION_NAMES, is_open
from models.actions.plate_searches import What as Searched

LANGUAGES = ["zh", "en"]
ROOT = Path(__file__).resolve().parents[3]
# A call that writes a record, and in it what the record is about: ``f"record:{row.id}"``.
CALL = re.compile(r"audit\.(?:record|note|look|write)\((?:[^()]|\([^()]*\))*\)")
KIND = re.compile(r'"([a-z_]+):(?=[{a-z])')


def catalogue(language: str) -> dict[str, str]:
    text = (ROOT / "models/catalogue" / language / "audit.json").read_text("utf-8")
    found: dict[str, str] = json.loads(text)
    return found


def sources() -> Iterator[str]:
    for part in ("models", "web", "workers"):
        for path in (ROOT / part).rglob("*.py"):
            yield path.read_text("utf-8")


def named(language: str, area: str) -> set[str]:
    return {key.removeprefix(area) for key in catalogue(language) if key.startswith(area)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_deed_and_each_call_that_may_be_refused_has_a_name(language: str) -> None:
    refusable = {name for name in ACTION_NAMES if not is_open(name)}
    assert named(language, "audit.action.") == DEEDS | refusable


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_name_is_a_code(language: str) -> None:
    codes = [
        key
        for key, name in catalogue(language).items()
        if key.startswith("audit.action.") and (not name.strip() or "_" in name)
    ]
    assert codes == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_of_subject_has_a_name(language: str) -> None:
    used = {kind for text in sources() for call in CALL.findall(text) for kind in KIND.findall(call)}
    assert len(used) > 20
    assert used | set(get_args(Searched)) <= named(language, "audit.subject.")
