"""What is left of an answer for a role: the fields that the table names for it, and no others.

Fields are those of the answer's shapes, followed into what they hold; a shape without rows shows nothing. Leaves to
the models: fields that depend on the incident rather than on the role alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import inspect

from models.access.rights import WHOLE, Role, fields, fields_of_holder, fields_with_reason

Show = Callable[[Any], Any]


def shown(role: Role | None, shape: type | None, body: Any) -> Any:
    """``body``, an answer in the form of ``shape``, as ``role`` may see it. None as shape: nobody's affair."""
    if shape is None:
        return body
    show = _of_shape(role, shape)
    return body if show is None else show(body)


@lru_cache(2048)
def _of_shape(role: Role | None, shape: type) -> Show | None:
    """None: everything is left."""
    names = tuple(one.__name__ for one in shape.__mro__ if issubclass(one, msgspec.Struct))
    # What is told by the incident, or once a reason was given, is left out before it gets here.
    left = fields(role, *names) | fields_of_holder(role, *names) | fields_with_reason(role, *names)
    if WHOLE in left:
        return None
    described = inspect.type_info(shape)
    assert isinstance(described, inspect.StructType)
    inner = {field.encode_name: _of_type(role, field.type) for field in described.fields}

    def show(value: Any) -> Any:
        given = value if isinstance(value, dict) else msgspec.to_builtins(value)
        found = {}
        for name, one in given.items():
            if name in left:
                follow = inner.get(name)
                found[name] = one if follow is None else follow(one)
        return found

    return show


def _of_type(role: Role | None, described: inspect.Type) -> Show | None:
    if isinstance(described, inspect.StructType):
        show = _of_shape(role, described.cls)
        return show and (lambda value: value if value is None else show(value))
    if isinstance(described, inspect.ListType):
        each = _of_type(role, described.item_type)
        return each and (lambda values: [each(one) for one in values] if isinstance(values, list) else values)
    if isinstance(described, inspect.UnionType):
        found = [one for one in (_of_type(role, option) for option in described.types) if one is not None]
        assert len(found) < 2, described
        return found[0] if found else None
    return None
