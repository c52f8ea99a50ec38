"""What changes from one version of a table to another, row by row. Pure."""

from __future__ import annotations

from typing import Any

from models.rules.content import Content


def differences(before: Content, after: Content) -> list[dict[str, Any]]:
    """Rows by their ids: ``added``, ``removed``, ``changed`` (with its cells before and after) or ``moved``.

    ``row`` is the place in the later version, of a removed one in the earlier, counted from 1.
    """
    old = {row.id: (place, row) for place, row in enumerate(before.rows, start=1)}
    new = {row.id: (place, row) for place, row in enumerate(after.rows, start=1)}
    found: list[dict[str, Any]] = []
    for name, (place, row) in new.items():
        if name not in old:
            found.append({"what": "added", "id": name, "row": place, "cells": row.cells})
            continue
        cells = _cells(old[name][1].cells, row.cells)
        if cells:
            found.append({"what": "changed", "id": name, "row": place, "cells": cells})
    kept = [name for name in old if name in new]
    moved = [
        name for name, other in zip((name for name in new if name in old), kept, strict=True) if name != other
    ]
    found += [{"what": "moved", "id": name, "row": new[name][0], "from": old[name][0]} for name in moved]
    found += [
        {"what": "removed", "id": name, "row": place, "cells": row.cells}
        for name, (place, row) in old.items()
        if name not in new
    ]
    return found


def _cells(before: dict[str, str], after: dict[str, str]) -> dict[str, dict[str, str]]:
    columns = dict.fromkeys((*before, *after))
    return {
        column: {"before": before.get(column, ""), "after": after.get(column, "")}
        for column in columns
        if before.get(column, "") != after.get(column, "")
    }
