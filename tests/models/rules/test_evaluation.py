"""Asking a version: what it remembers is what its engine says."""

from __future__ import annotations

from itertools import islice, product

import pytest

from models.rules.definitions import DEFINITIONS
from models.rules.evaluation import MOST_REMEMBERED, Compiled
from models.rules.shipped import shipped


@pytest.mark.parametrize("name", sorted(DEFINITIONS))
def test_what_was_asked_before_is_answered_as_the_engine_answers(name: str) -> None:
    version = Compiled(shipped()[name].content)
    columns = version.definition.inputs
    values = [[column.value(number) for number in _some(*column.bounds)] for column in columns]
    fields = [column.field for column in columns]
    # More than are remembered, where the table has so many; the first ones are asked a second time at the end.
    asked = [dict(zip(fields, one, strict=True)) for one in islice(product(*values), MOST_REMEMBERED + 50)]
    for inputs in [*asked, *asked[:50]]:
        assert version.ask(inputs) == version.ask_engine(inputs)


def _some(first: int, last: int) -> list[int]:
    """Every value of a short column; of a long one its ends and what lies between in steps."""
    return sorted({*range(first, last + 1, max(1, (last - first) // 24)), last})
