"""What goes in and out at the rule desk. What comes out is built by `models`; a test compares it with these shapes."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import UNSET, Meta, UnsetType, defstruct, field

from models.rules import words as rule_words
from models.rules.faults import MOST_GOLDEN, MOST_ROWS
from web.api.shapes import Reason
from web.endpoint import Shape

Name = Annotated[str, Meta(min_length=1, max_length=40)]
Cell = Annotated[str, Meta(max_length=400)]
Scope = Annotated[str, Meta(min_length=1, max_length=12)]
Text = Annotated[str, Meta(max_length=200)]


class WordsShape(Shape):
    """In one language or in both."""

    zh: Text | UnsetType = UNSET
    en: Text | UnsetType = UNSET


class SourceShape(Shape):
    """The same; what is shipped rests on more than fits a field."""

    zh: str | UnsetType = UNSET
    en: str | UnsetType = UNSET


# What comes in may be a text that does not say its language; what goes out always says it.
Words = Text | WordsShape


def words_of(given: Words | None) -> rule_words.Words:
    """What an author wrote, by language."""
    if isinstance(given, WordsShape):
        return rule_words.words(msgspec.to_builtins(given))
    return rule_words.words(given)


class RowShape(Shape):
    """A row of the grid; a column that is not named is empty."""

    id: Name
    cells: Annotated[dict[Name, Cell], Meta(max_length=20)]
    note: Words = ""


class CaseShape(Shape):
    """A golden case: ``then`` names some outputs, of a collecting table for each row that matches."""

    name: Words
    given: Annotated[dict[Name, Any], Meta(max_length=20)]
    then: dict[Name, Any] | list[dict[Name, Any]]


class RuleGrid(Shape):
    scope: Scope
    rows: Annotated[list[RowShape], Meta(max_length=MOST_ROWS)]
    golden: Annotated[list[CaseShape], Meta(max_length=MOST_GOLDEN)]


class RuleDraft(RuleGrid, kw_only=True):
    """``source`` names the article, standard or order it rests on; ``note`` says why."""

    source: Words
    note: Text | None = None


class RuleQuestion(Shape):
    """``rows`` not given: what decides in the scope now."""

    scope: Scope
    given: Annotated[dict[Name, Any], Meta(max_length=20)]
    rows: Annotated[list[RowShape], Meta(max_length=MOST_ROWS)] | None = None


class RuleReplay(Shape):
    scope: Scope
    rows: Annotated[list[RowShape], Meta(max_length=MOST_ROWS)]


class WithReason(Shape):
    reason: Reason


class RuleWithdrawal(Shape):
    reason: Text | None = None


class RuleApproval(Shape):
    reason: Text | None = None


class RuleStart(Shape):
    """``at`` in ISO 8601 with a zone; not given: within two seconds."""

    at: Annotated[str, Meta(max_length=40)] | None = None


class RuleBack(Shape):
    scope: Scope
    reason: Reason


class FaultView(Shape):
    """``row`` and ``case`` count from 1; ``sentence`` is in the caller's language."""

    code: str
    sentence: str
    row: int | None
    column: str | None
    case: int | None
    params: dict[str, Any]


class Validated(Shape):
    valid: bool
    faults: list[FaultView]


class RulesSaid(Shape):
    """``rows`` are the ids of the rows that matched, ``results`` what each says."""

    rows: list[str]
    results: list[dict[str, Any]]


class VersionChanged(Shape):
    version: str
    number: int
    status: Literal["draft", "checked", "approved", "rejected", "withdrawn"]
    active_from: str | None


class WentBack(Shape):
    """``version`` null: what the wider scope says. ``cancelled``: only what was to come was taken back."""

    version: str | None
    active_from: str
    cancelled: bool


class RuleColumn(Shape):
    """``choices`` of a choice, ``least`` and ``most`` of a number."""

    field: str
    type: Literal["choice", "number", "flag"]
    usual: Any
    many: bool
    optional: bool
    choices: list[str] | UnsetType = UNSET
    least: int | UnsetType = UNSET
    most: int | UnsetType = UNSET


class RulePlace(Shape):
    code: str
    kind: Literal["city", "district"]
    name: str
    name_en: str
    may_change: bool


class RuleToCome(Shape):
    version: str | None
    active_from: str


class RuleInForce(Shape):
    """``version`` null: the program's own. ``from``: whose it is."""

    version: str | None
    number: int | None
    whose: Literal["district", "city", "shipped"] = field(name="from")
    since: str | None
    scheduled: RuleToCome | None


class RuleInPlace(RuleInForce, kw_only=True):
    """``waiting``: versions that wait for a second person."""

    scope: str
    waiting: int


class RuleGridInForce(RuleInForce, kw_only=True):
    rows: list[RowShape]
    golden: list[CaseShape]


class RuleAbout(Shape):
    """``tried``: a version can be tried for a share of the cars."""

    table: str
    policy: Literal["first", "unique", "collect"]
    sentence: dict[str, str]
    source: SourceShape
    inputs: list[RuleColumn]
    outputs: list[RuleColumn]
    tried: bool


class RuleSummary(RuleAbout, kw_only=True):
    in_force: list[RuleInPlace]


class RuleTables(Shape):
    places: list[RulePlace]
    tables: list[RuleSummary]
    now: str


class RuleVersionFacts(Shape):
    version: str
    number: int
    scope_code: str
    state: Literal["draft", "checked", "approved", "rejected", "withdrawn", "scheduled", "active", "retired"]
    note: str | None
    author: str
    created_at: str
    checked_at: str | None
    decided_by: str | None
    decided_at: str | None
    decided_reason: str | None
    withdrawn_at: str | None


class RuleTable(RuleAbout, kw_only=True):
    scope: RulePlace
    in_force: RuleGridInForce
    versions: list[RuleVersionFacts]
    now: str


class RuleDifference(Shape):
    """``from`` of a row that moved; ``cells`` of one that changed are before and after."""

    what: Literal["added", "removed", "changed", "moved"]
    id: str
    row: int
    cells: dict[str, Any] | UnsetType = UNSET
    was: int | UnsetType = field(default=UNSET, name="from")


class _RuleVersion(RuleVersionFacts, kw_only=True):
    rows: list[RowShape]
    golden: list[CaseShape]
    in_force: RuleInForce
    differences: list[RuleDifference]
    yours: bool
    now: str


# A version is told with all that is told of its table. Two shapes cannot both be inherited from.
def _with_about(shape: type[Shape]) -> type[Shape]:
    whole = defstruct("RuleVersion", list(get_type_hints(RuleAbout).items()), bases=(shape,), kw_only=True)
    assert issubclass(whole, Shape)
    return whole


RuleVersion = _with_about(_RuleVersion)


class RuleChange(Shape):
    incident: str
    at: str
    inputs: dict[str, Any]
    before: list[dict[str, Any]]
    after: list[dict[str, Any]]
    rows: list[str]


class RuleReplayed(Shape):
    """``complete``: those were all. ``unanswered``: their inputs are none of today's columns."""

    asked: int
    changed: int
    unanswered: int
    complete: bool
    days: int
    changes: list[RuleChange]
