"""What a flag says, as one JSON value: a stage everywhere, others for cities and districts, for which roles.

Checked whole when it is written and again when it is read, each fault with its place, so that evaluation never
meets anything else. Leaves to others: which districts there are, and who may change what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from models.flags.definitions import Definition

State = Literal["off", "integrating", "pilot", "live"]
STATES: tuple[State, ...] = ("off", "integrating", "pilot", "live")
# The public is whoever did not sign in: drivers and passers-by.
Audience = Literal["public", "police", "auxiliary", "commander", "administrator", "wall"]
STAFF: tuple[Audience, ...] = ("police", "auxiliary", "commander", "administrator", "wall")
MOST_PLACES = 1_000  # cities or districts with a stage of their own, per flag

_CODE = re.compile(r"[0-9A-Za-z-]{1,12}")
_AT = re.compile(r" - at `\$\.?([^`]*)`$")


class FlagFault(Exception):
    """``place`` is dotted (``districts.511802.percent``), ``why`` a stable key for the reason."""

    def __init__(self, place: str, why: str) -> None:
        self.place = place
        self.why = why
        super().__init__(f"{place}: {why}")


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """``integrating``: staff only. ``pilot``: staff, and ``percent`` of the public.

    Where officers are the unit it is ``percent`` of them.
    """

    state: State
    percent: Annotated[int, Meta(ge=1, le=100)] | None = None

    @property
    def share(self) -> int:
        """Percent of those who count, staff apart."""
        return {"off": 0, "integrating": 0, "live": 100}.get(self.state, self.percent or 0)


OFF, INTEGRATING, LIVE = Stage("off"), Stage("integrating"), Stage("live")


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A district's own stage goes before its city's, and that before ``everywhere``.

    ``roles``: for nobody else; empty for everybody. ``by``: whose hash decides in a pilot, if not who usually does.
    ``killed``: off at once for all, whatever the stages say.
    """

    everywhere: Stage
    cities: dict[str, Stage] = {}
    districts: dict[str, Stage] = {}
    roles: tuple[Audience, ...] = ()
    by: Literal["vehicle", "owner"] | None = None
    killed: bool = False

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Every stage that is said."""
        return (self.everywhere, *self.cities.values(), *self.districts.values())

    def stage(self, city: str, district: str) -> Stage:
        """What is said for a district, killed or not."""
        own = self.districts.get(district)
        return own or self.cities.get(city) or self.everywhere

    def with_districts(self, stages: Mapping[str, Stage | None]) -> Content:
        """The same with other stages of their own for these districts; None takes a district's own away."""
        merged = {**self.districts, **stages}
        kept = {code: stage for code, stage in merged.items() if stage is not None}
        return msgspec.structs.replace(self, districts=kept)


def shipped(definition: Definition) -> Content:
    """What a flag says as long as nobody has said anything."""
    return Content(LIVE if definition.live else OFF)


def parse(definition: Definition, given: str | bytes | Mapping[str, Any]) -> Content:
    """The content of a flag, from JSON or as decoded. Raises FlagFault with the first fault's place."""
    raw = _decoded(given) if isinstance(given, str | bytes) else given
    if not isinstance(raw, Mapping):
        raise FlagFault("", "wrong_type")
    outer = {name: value for name, value in raw.items() if name not in {"cities", "districts"}}
    bare = _convert(outer, Content, "")
    content = msgspec.structs.replace(
        bare,
        cities=_places(raw.get("cities", {}), "cities"),
        districts=_places(raw.get("districts", {}), "districts"),
    )
    check(definition, content)
    return content


def check(definition: Definition, content: Content) -> None:
    """What the shape alone does not say. Raises FlagFault."""
    for place, stage in _stages(content):
        if stage.state == "pilot" and stage.percent is None:
            raise FlagFault(f"{place}.percent", "missing")
        if stage.state != "pilot" and stage.percent is not None:
            raise FlagFault(f"{place}.percent", "not_here")
        if stage.state != "off" and not definition.built:
            raise FlagFault(f"{place}.state", "not_built")
    if content.by is not None and definition.unit == "officer":
        raise FlagFault("by", "not_here")
    if len(set(content.roles)) != len(content.roles):
        raise FlagFault("roles", "twice")


def to_json(content: Content) -> str:
    return msgspec.json.encode(content).decode()


def _stages(content: Content) -> Iterator[tuple[str, Stage]]:
    yield "everywhere", content.everywhere
    yield from ((f"cities.{code}", stage) for code, stage in content.cities.items())
    yield from ((f"districts.{code}", stage) for code, stage in content.districts.items())


def _places(raw: Any, name: str) -> dict[str, Stage]:
    if not isinstance(raw, Mapping):
        raise FlagFault(name, "wrong_type")
    if len(raw) > MOST_PLACES:
        raise FlagFault(name, "too_long")
    for code in raw:
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            raise FlagFault(f"{name}.{code}", "unknown")
    return {code: _convert(stage, Stage, f"{name}.{code}") for code, stage in raw.items()}


T = TypeVar("T")


def _convert(raw: Any, shape: type[T], place: str) -> T:
    try:
        return msgspec.convert(raw, shape)
    except msgspec.ValidationError as error:
        raise _fault(str(error), place) from None


def _decoded(text: str | bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        raise FlagFault("", "invalid_json") from None


def _fault(sentence: str, place: str) -> FlagFault:
    """msgspec says what and where in one sentence."""
    found = _AT.search(sentence)
    inner = found[1] if found else ""
    named = re.search(r"(?:unknown|required) field `(\w+)`", sentence)
    at = ".".join(part for part in (place, inner, named[1] if named else "") if part)
    if named:
        return FlagFault(at, "missing" if "required" in sentence else "unknown")
    if "Invalid enum value" in sentence:
        return FlagFault(at, "unknown")
    if "Expected `int` <=" in sentence or "Expected `int` >=" in sentence:
        return FlagFault(at, "out_of_range")
    return FlagFault(at, "wrong_type")
