"""What an administrator sees of the rules: tables, where which version is in force, and one version as a grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.caller import Officer
from models.clock import iso, iso_or_none
from models.errors import NotFound
from models.flags.definitions import TRIED_TABLES
from models.queries.service_numbers import service_numbers
from models.rulebook import activations_of
from models.rules.book import EVERYWHERE, Scope, Standing
from models.rules.content import Content, from_model
from models.rules.definitions import DEFINITIONS, Definition
from models.rules.differences import differences
from models.rules.shipped import shipped
from models.store import Store
from models.tables import cities, districts, rule_activations, rule_versions

View = dict[str, Any]
MOST_VERSIONS = 100  # of one table in one scope that are listed, the newest


@dataclass(frozen=True, slots=True)
class Place:
    """A district or city whose rules somebody may see; ``city`` is itself for a city."""

    code: str
    city: str
    kind: Scope
    name: str
    name_en: str
    may_change: bool


async def places(connection: AsyncConnection, by: Officer) -> list[Place]:
    """The administrator's districts and their cities; a city's rules he may change who has all of its districts."""
    rows = (
        await connection.execute(
            select(districts, cities.c.name.label("city_name"), cities.c.name_en.label("city_name_en"))
            .join(cities, cities.c.code == districts.c.city_code)
            .order_by(districts.c.city_code, districts.c.code)
        )
    ).all()
    own = [row for row in rows if row.code in by.districts]
    found: list[Place] = []
    for city in dict.fromkeys(row.city_code for row in own):
        of_city = [row for row in rows if row.city_code == city]
        whole = all(row.code in by.districts for row in of_city)
        found.append(Place(city, city, "city", of_city[0].city_name, of_city[0].city_name_en, whole))
        found += [
            Place(row.code, city, "district", row.name, row.name_en, True)
            for row in own
            if row.city_code == city
        ]
    return found


async def tables(store: Store, by: Officer) -> View:
    """Every table, and for each of his places which version decides there."""
    async with store.database.read() as connection:
        there = await places(connection, by)
        waiting = await _waiting(connection, [place.code for place in there])
        now = await _now(connection, store)
    return {
        "places": [_place_view(place) for place in there],
        "tables": [
            {
                **_about(definition, shipped()[name].content),
                "in_force": [
                    {
                        "scope": place.code,
                        **_in_force(now, name, place),
                        "waiting": waiting.get((name, place.code), 0),
                    }
                    for place in there
                ],
            }
            for name, definition in DEFINITIONS.items()
        ],
        "now": iso(now.at),
    }


async def table(store: Store, by: Officer, name: str, scope: str) -> View:
    """One table in one scope: its columns, the version that decides there as a grid, and the scope's versions.

    Raises NotFound for a table or a scope that is none, or none of his.
    """
    async with store.database.read() as connection:
        place = await _place(connection, by, name, scope)
        now = await _now(connection, store)
        in_force = _in_force(now, name, place)
        content = await content_of(connection, name, in_force["version"])
        versions = await _versions(connection, name, scope, now)
    return {
        **_about(DEFINITIONS[name], content),
        "scope": _place_view(place),
        "in_force": {**in_force, **grid(content)},
        "versions": versions,
        "now": iso(now.at),
    }


async def version(store: Store, by: Officer, version_id: str) -> View:
    """One version as a grid, with its differences to what decides in its scope now. Raises NotFound."""
    async with store.database.read() as connection:
        query = select(rule_versions).where(rule_versions.c.id == version_id)
        row = (await connection.execute(query)).first()
        if row is None:
            raise NotFound
        there = await places(connection, by)
        place = next((one for one in there if row.scope in (one.code, EVERYWHERE)), None)
        if place is None:
            raise NotFound
        now = await _now(connection, store)
        in_force = _in_force(now, row.table_name, place)
        present = await content_of(connection, row.table_name, in_force["version"])
        people = await service_numbers(connection, (row.author, row.decided_by))
    content = from_model(row.content)
    return {
        **_about(content.definition, content),
        **_version_view(row, now, people),
        **grid(content),
        "in_force": in_force,
        "differences": differences(present, content),
        "yours": row.author == by.subject,
        "now": iso(now.at),
    }


async def content_of(connection: AsyncConnection, name: str, version_id: str | None) -> Content:
    """A version's content; the program's own shipped one for None."""
    if version_id is not None:
        query = select(rule_versions.c.content).where(rule_versions.c.id == version_id)
        text = (await connection.execute(query)).scalar_one_or_none()
        if text is not None:
            return from_model(text)
    return shipped()[name].content


async def in_force_in(store: Store, by: Officer, name: str, scope: str) -> Content:
    """What decides in one of his places now. Raises NotFound."""
    async with store.database.read() as connection:
        place = await _place(connection, by, name, scope)
        in_force = _in_force(await _now(connection, store), name, place)
        return await content_of(connection, name, in_force["version"])


async def _place(connection: AsyncConnection, by: Officer, name: str, scope: str) -> Place:
    """One of his places, for a table that there is."""
    if name not in DEFINITIONS:
        raise NotFound(field="table")
    place = next((one for one in await places(connection, by) if one.code == scope), None)
    if place is None:
        raise NotFound(field="scope")
    return place


async def districts_of(store: Store, by: Officer, scope: str) -> list[str]:
    """The districts of one of his places, as far as they are his. Raises NotFound."""
    async with store.database.read() as connection:
        there = await places(connection, by)
    codes = [one.code for one in there if one.kind == "district" and scope in (one.code, one.city)]
    if not any(one.code == scope for one in there):
        raise NotFound(field="scope")
    return codes


def grid(content: Content) -> View:
    """The rows and golden cases as the rule desk shows and sends them."""
    return {
        "rows": [{"id": row.id, "cells": row.cells, "note": row.note} for row in content.rows],
        "golden": [{"name": case.name, "given": case.given, "then": case.then} for case in content.golden],
    }


def _about(definition: Definition, content: Content) -> View:
    return {
        "table": definition.name,
        "policy": definition.policy,
        "sentence": content.sentence,
        "source": content.source,
        "inputs": [column.view for column in definition.inputs],
        "outputs": [column.view for column in definition.outputs],
        "tried": definition.name in TRIED_TABLES,
    }


def _place_view(place: Place) -> View:
    return {
        "code": place.code,
        "kind": place.kind,
        "name": place.name,
        "name_en": place.name_en,
        "may_change": place.may_change,
    }


@dataclass(frozen=True, slots=True)
class _Now:
    """The activations as they are at the instant ``at``, and the number of each version that they name."""

    standing: Standing
    numbers: Mapping[str, int]
    at: datetime


async def _now(connection: AsyncConnection, store: Store) -> _Now:
    standing = Standing(await activations_of(connection))
    named = select(rule_activations.c.version_id)
    query = select(rule_versions.c.id, rule_versions.c.number).where(rule_versions.c.id.in_(named))
    numbers = {row.id: row.number for row in await connection.execute(query)}
    return _Now(standing, numbers, store.clock.now())


def _in_force(now: _Now, name: str, place: Place) -> View:
    """The version that decides, from which scope, since when; and what is to come in this scope."""
    coming = now.standing.coming(name, place.code, now.at)
    scheduled = {"version": coming[0].version, "active_from": iso(coming[0].at)} if coming else None
    found = now.standing.in_force(name, place.code, place.city, now.at, kind=place.kind)
    if found is None:
        return {"version": None, "number": None, "from": "shipped", "since": None, "scheduled": scheduled}
    return {
        "version": found.version,
        "number": now.numbers[found.version],
        "from": found.scope,
        "since": iso(found.since),
        "scheduled": scheduled,
    }


async def _waiting(connection: AsyncConnection, scopes: Sequence[str]) -> dict[tuple[str, str], int]:
    """How many checked versions wait for a second person."""
    query = select(rule_versions.c.table_name, rule_versions.c.scope).where(
        rule_versions.c.scope.in_(scopes), rule_versions.c.status == "checked"
    )
    found: dict[tuple[str, str], int] = {}
    for row in await connection.execute(query):
        key = row.table_name, row.scope
        found[key] = found.get(key, 0) + 1
    return found


async def _versions(connection: AsyncConnection, name: str, scope: str, now: _Now) -> list[View]:
    query = (
        select(rule_versions)
        .where(rule_versions.c.table_name == name, rule_versions.c.scope == scope)
        .order_by(rule_versions.c.number.desc())
        .limit(MOST_VERSIONS)
    )
    rows = list((await connection.execute(query)).all())
    people = await service_numbers(connection, (by for row in rows for by in (row.author, row.decided_by)))
    return [_version_view(row, now, people) for row in rows]


def _version_view(row: Any, now: _Now, people: Mapping[str, str]) -> View:
    return {
        "version": row.id,
        "number": row.number,
        "scope_code": row.scope,
        "state": _state(row, now),
        "note": row.note,
        "author": people.get(row.author, row.author),
        "created_at": iso(row.created_at),
        "checked_at": iso_or_none(row.checked_at),
        "decided_by": row.decided_by and people.get(row.decided_by, row.decided_by),
        "decided_at": iso_or_none(row.decided_at),
        "decided_reason": row.decided_reason,
        "withdrawn_at": iso_or_none(row.withdrawn_at),
    }


def _state(row: Any, now: _Now) -> str:
    """draft, checked, rejected, withdrawn; of an approved one: approved (only), scheduled, active or retired."""
    if row.status != "approved":
        return str(row.status)
    begun = [one.version for one in now.standing.begun(row.table_name, row.scope, now.at)]
    if begun and begun[-1] == row.id:
        return "active"
    if any(one.version == row.id for one in now.standing.coming(row.table_name, row.scope, now.at)):
        return "scheduled"
    return "retired" if row.id in begun else "approved"
