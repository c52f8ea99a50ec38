"""Asking the rules about an incident, and keeping what they decided: table, version, inputs, rows, result.

A decision is a row written with what follows from it, in the same transaction. Its inputs are what the street shows
(kind, reason, kind of place, hour); nothing of a person is ever among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from models.clock import BEIJING
from models.incident.incident import Incident
from models.rules.book import Version
from models.rules.definitions import KINDS, REASONS
from models.rules.evaluation import Matched, Result
from models.store import Change, Store
from models.tables import rule_decisions

_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Decision:
    """What a table said of ``inputs``. ``instead``: a number of the operator's that held instead, and whose."""

    table: str
    version: str
    scope: str
    inputs: Mapping[str, Any]
    matched: Matched
    instead: str | None = None

    @property
    def result(self) -> Result:
        """What the one row says, of a table in which one decides."""
        return self.matched.result


def meaning(store: Store, district: str, kind: str, reason: str, at: datetime) -> Decision:
    """What the reason of a request says by itself: kind of place, whether it obstructs, its priority."""
    return ask(store, "reasons", district, at, _known(kind, reason))


def facts(store: Store, district: str, kind: str, reason: str, began_at: datetime) -> dict[str, Any]:
    """What most tables ask about; ``hour`` is the wall clock's when it began."""
    return {
        **_known(kind, reason),
        "place": meaning(store, district, kind, reason, began_at).result["place"],
        "hour": began_at.astimezone(BEIJING).hour,
    }


def facts_of(store: Store, incident: Incident) -> dict[str, Any]:
    """The same of an incident."""
    return facts(store, incident.district, incident.kind, incident.reason, incident.requested_at)


def _known(kind: str, reason: str) -> dict[str, Any]:
    return {
        "kind": kind if kind in KINDS else KINDS[0],
        "reason": reason if reason in REASONS else "other",
    }


def ask(
    store: Store,
    table: str,
    district: str,
    at: datetime,
    given: Mapping[str, Any],
    tried: Version | None = None,
) -> Decision:
    """Asks the version that is in force in ``district`` for what began at ``at``, or one that is ``tried`` instead.

    Of ``given`` the table hears what it has columns for.
    """
    version = tried or store.rules.in_force(table, district, at)
    inputs = {column.field: given[column.field] for column in version.compiled.definition.inputs}
    return Decision(table, version.id, version.scope, inputs, version.compiled.ask(inputs))


def keep(change: Change, incident_id: str, district: str, decision: Decision) -> None:
    """Has the decision written with everything else in this transaction."""
    row = {
        "id": change.store.ids.row(),
        "at": change.at,
        "incident_id": incident_id,
        "district": district,
        "table_name": decision.table,
        "version_id": decision.version,
        "matched": ",".join(decision.matched.rows),
        "inputs": _encode(decision.inputs).decode(),
        "result": decision.matched.text,
        "instead": decision.instead,
    }
    change.writes.add(rule_decisions, row)
