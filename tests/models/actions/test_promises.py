"""In how many minutes an owner may promise to come is a rule of his place, and a request keeps what it began with."""

from __future__ import annotations

import pytest

from models.actions.commands import act
from models.errors import InvalidField
from models.incident.commands import Answer
from models.queries.incident import incident_for
from models.rules import faults
from models.store import Store
from tests.models.actions.looking import owner_of
from tests.models.rules.rows import content, row
from tests.support.city import YUCHENG, ask
from tests.support.clock import FakeClock
from tests.support.rules import in_force


@pytest.mark.parametrize("cell", ["[]", "[5, 3]", "[3, 3]", "[1, 2, 3, 4, 5]"])
def test_an_owner_chooses_from_one_to_four_each_once_the_shortest_first(cell: str) -> None:
    found = faults.find(content("promises", row("default", promise_minutes=cell)))
    assert [(fault.code, fault.row, fault.column) for fault in found] == [("choices", 1, "promise_minutes")]


async def test_the_table_decides_and_what_is_under_way_keeps_what_it_began_with(
    store: Store, clock: FakeClock
) -> None:
    before = await ask(store, "one")
    rows = ({"reason": "'blocking'", "promise_minutes": "[1, 2]"}, {"promise_minutes": "[3, 5, 10, 15]"})
    await in_force(store, clock, "promises", YUCHENG, *rows)
    after = await ask(store, "two")
    for asked, choices in ((before, [3, 5, 10]), (after, [1, 2])):
        owner = await owner_of(store, asked.id)
        assert (await incident_for(store, asked.id, owner))["you"]["minutes"] == choices
        # Who asks learns it when it is promised.
        assert "minutes" not in (await incident_for(store, asked.id, asked.requester))["you"]
    owner = await owner_of(store, after.id)
    for minutes in (3, 5, 10):
        with pytest.raises(InvalidField) as refused:
            await act(store, after.id, Answer(reply="coming", minutes=minutes), owner)
        assert refused.value.field == "minutes"
    promised = await act(store, after.id, Answer(reply="coming", minutes=2), owner)
    assert promised["promised_by"] is not None
    assert (
        await act(store, before.id, Answer(reply="coming", minutes=10), await owner_of(store, before.id))
    )["reply"] == "coming"
