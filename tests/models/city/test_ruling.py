"""Rules in a bundle: checked like at the rule desk, handed in and no more, told again once they are in force."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select, update

from models.actions import rule_changes
from models.actions.cities import import_city
from models.actions.rule_activations import activate
from models.caller import Officer
from models.city.bundle import Bundle, read, told
from models.city.faults import BundleFaulty
from models.city.plan import Plan
from models.city.ruling import RulesSection
from models.rulebook import RuleBook
from models.store import Store
from models.tables import configuration, rule_activations, rule_versions
from tests.support.city import officer

DECHANG = (Path(__file__).parents[3] / "docs/cities/dechang.yaml").read_text()
RULES = """\
rules:
  - table: response
    scope: 513424
    source: 德公交〔2026〕3号
    rows:
      - {id: fire_lane, reason: "'fire_lane'", seconds: 120, note: 消防通道两分钟}
      - {id: default, seconds: 240}
    golden:
      - {name: 消防通道, given: {reason: fire_lane, hour: 3}, then: [{seconds: 120}]}
      - {name: 其他, given: {reason: blocking}, then: [{seconds: 240}]}
"""
FIRST = len(DECHANG.splitlines()) + 1  # the line of `rules:`
SUN = officer("340001", "administrator", "513424")


def bundle(rules: str = RULES) -> Bundle:
    return read((DECHANG + rules).encode())


async def bring_in(store: Store, wanted: Bundle) -> Plan:
    async with store.database.write() as connection:
        return await import_city(connection, store.ids, store.clock.now(), wanted)


async def in_force(store: Store, reason: str) -> int:
    async with store.database.read() as connection:
        book = RuleBook()
        await book.load(connection)
    version = book.in_force("response", "513424", store.clock.now())
    seconds: int = version.compiled.ask_loosely({"reason": reason}).result["seconds"]
    return seconds


@pytest.mark.parametrize(
    ("before", "after", "line", "fault"),
    [
        ("table: response", "table: responses", 1, "rules[0].table: there is no table responses; there are "),
        ("seconds: 120, note", "secs: 120, note", 5, "rules[0].rows[0].secs: a bundle has no such name"),
        ("seconds: 240", "seconds: 0", 6, "rules[0].rows[1]: seconds: out of range (value 0)"),
        ("\"'fire_lane'\"", "fire_lane", 5, "rules[0].rows[0]: reason: malformed (value fire_lane)"),
        ("[{seconds: 240}]", "[{seconds: 300}]", 9, "rules[0].golden[1]: case fails ("),
        (
            "id: default, seconds",
            "id: default, reason: \"'other'\", seconds",
            1,
            "rules[0]: uncovered (example reason = 'blocking')",
        ),
        ("scope: 513424", "scope: 513425", 1, "rules: response 513425: the scope is neither the city nor "),
        ("    source: 德公交〔2026〕3号\n", "", 1, "rules[0].source: it is missing"),
    ],
)
def test_a_faulty_rule_is_told_with_its_line(before: str, after: str, line: int, fault: str) -> None:
    assert before in RULES
    with pytest.raises(BundleFaulty) as caught:
        bundle(RULES.replace(before, after))
    found = [str(one) for one in caught.value.faults]
    assert any(one.startswith(f"line {FIRST + line}, {fault}") for one in found), found


def test_a_text_in_both_languages_comes_back_as_it_was_written() -> None:
    both = RULES.replace(
        "source: 德公交〔2026〕3号", "source: {zh: 德公交〔2026〕3号, en: Order 3 of 2026}"
    ).replace("note: 消防通道两分钟", "note: {en: Two minutes}")
    section = RulesSection()
    (told,) = section.shown(bundle(both).sections["rules"])
    assert told["source"] == {"zh": "德公交〔2026〕3号", "en": "Order 3 of 2026"}
    # What goes without saying is not said.
    assert [row.get("note") for row in told["rows"]] == ["Two minutes", None]
    assert told["golden"][0]["name"] == "消防通道"


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("{fr: deux}", 5, "rules[0].rows[0].note.fr: a bundle has no such name"),
        ("{}", 5, "rules[0].rows[0].note: a text in zh or en is expected here"),
        ("[a]", 5, "rules[0].rows[0].note: one value is expected here"),
    ],
)
def test_a_text_is_in_a_language_of_the_interface(text: str, line: int, fault: str) -> None:
    with pytest.raises(BundleFaulty) as caught:
        bundle(RULES.replace("note: 消防通道两分钟", f"note: {text}"))
    assert f"line {FIRST + line}, {fault}" in [str(one) for one in caught.value.faults]


async def test_a_version_from_before_its_texts_had_languages_is_the_same_still(store: Store) -> None:
    await bring_in(store, bundle())
    async with store.database.write() as connection:
        # As the release before wrote it: `source`, `name` and `_description` are plain texts.
        row = (await connection.execute(select(rule_versions).where(rule_versions.c.scope != ""))).one()
        model = json.loads(row.content)
        model["source"] = "德公交〔2026〕3号"
        for case in model["golden"]:
            case["name"] = case["name"]["zh"]
        old = update(rule_versions).where(rule_versions.c.id == row.id).values(content=json.dumps(model))
        await connection.execute(old)
    again = await bring_in(store, bundle())
    assert again.to_do == ()


async def test_what_comes_in_waits_and_decides_nothing(store: Store) -> None:
    done = await bring_in(store, bundle())
    assert ("rule", "response 513424", "added") in [(step.label, step.key, step.fate) for step in done.steps]
    async with store.database.read() as connection:
        (row,) = (await connection.execute(select(rule_versions).where(rule_versions.c.scope != ""))).all()
        own = (await connection.execute(select(rule_activations).where(rule_activations.c.scope != ""))).all()
    assert (row.status, row.author, row.decided_by, row.scope) == ("checked", "operator", None, "513424")
    assert own == []
    assert await in_force(store, "fire_lane") == 300


async def test_every_process_is_told_to_look_for_a_new_district_is_under_its_citys_rules(
    store: Store,
) -> None:
    revisions = select(configuration.c.topic, configuration.c.revision)
    async with store.database.read() as connection:
        before = {row.topic: row.revision for row in await connection.execute(revisions)}
    await bring_in(store, bundle())
    async with store.database.read() as connection:
        after = {row.topic: row.revision for row in await connection.execute(revisions)}
    assert before.keys() == after.keys() >= {"rules", "flags"}
    assert all(before[topic] != after[topic] for topic in before)


async def test_a_second_time_it_is_there_already(store: Store) -> None:
    await bring_in(store, bundle())
    assert (await bring_in(store, bundle())).to_do == ()


async def test_an_administrator_is_the_second_person_and_then_the_city_tells_it_in_its_bundle(
    store: Store,
) -> None:
    await bring_in(store, bundle())
    async with store.database.read() as connection:
        assert "rules:" not in await told(connection, "513424")
        waiting = select(rule_versions.c.id).where(rule_versions.c.scope == "513424")
        version = (await connection.execute(waiting)).scalar_one()
    await approve_and_start(store, SUN, version)
    assert await in_force(store, "fire_lane") == 120
    async with store.database.read() as connection:
        text = await told(connection, "513424")
    again = read(text.encode())
    assert again.sections["rules"] == bundle().sections["rules"]
    assert (await bring_in(store, again)).to_do == ()


async def approve_and_start(store: Store, by: Officer, version: str) -> None:
    await rule_changes.decide(store, by, version, approve=True, reason=None)
    await activate(store, by, version, at=None)
    store.clock.advance(seconds=3)  # type: ignore[attr-defined]


async def test_what_was_rejected_is_handed_in_anew_when_it_comes_again(store: Store) -> None:
    await bring_in(store, bundle())
    async with store.database.read() as connection:
        waiting = select(rule_versions.c.id).where(rule_versions.c.scope == "513424")
        version = (await connection.execute(waiting)).scalar_one()
    await rule_changes.decide(store, SUN, version, approve=False, reason="再议")
    done = await bring_in(store, bundle())
    assert [(step.key, step.fate) for step in done.to_do] == [("response 513424", "added")]
