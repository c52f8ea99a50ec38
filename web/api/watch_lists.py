"""Lists of vehicles to look out for: a dry run, the import with its refused lines, and what was taken in before."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from models.actions import watch_flags, watch_lists
from models.actions.watch_flags import Watch
from models.actions.watch_lists import TakenIn, WatchList
from models.errors import Conflict, Forbidden, InvalidField, NotFound, PayloadTooLarge, WatchListFaulty
from models.queries.watch_lists import lists
from models.texts.sentences import Sentences
from models.watching.lines import Refusal
from web.answers import Answer
from web.api.shapes import Reason
from web.endpoint import Call, Endpoint, Nothing, Shape, Upload, keeping

MOST_TOLD = 1000  # refused lines in an answer; all are counted
QUERY = {
    "scope": "The code of the district or city for which the list holds.",
    "source": "The list's name, under which the next file of it is known again; 1 to 120 characters.",
    "kind": "The kind of lines that say none.",
    "whole": "1: the file is all of the list, and what is missing from it ends.",
    "refuse": "file (usual): one bad line refuses the whole file; line: only itself.",
    "ends": "How many flags the dry run said would end; needed where any would.",
}


class RefusedLine(Shape):
    """``value``: what stood there. ``message``: what is wrong, in the caller's language."""

    line: int
    column: str
    why: str
    value: str
    message: str


class ListTakenIn(Shape):
    """``id`` null: nothing was written. ``refused_lines`` are the first thousand of ``refused``."""

    id: str | None
    new: int
    changed: int
    ended: int
    unchanged: int
    repeated: int
    refused: int
    refused_lines: list[RefusedLine]
    ignored_columns: list[str]


class ListImport(Shape):
    id: str
    scope: str
    source: str
    whole: bool
    new: int
    changed: int
    ended: int
    unchanged: int
    refused: int
    by: str | None
    at: str


class ListSource(Shape):
    """How many flags of a list stand now, by kind."""

    scope: str
    source: str
    standing: dict[str, int]


class WatchLists(Shape):
    imports: list[ListImport]
    sources: list[ListSource]


class NewWatch(Shape):
    plate: Annotated[str, Meta(min_length=1, max_length=24)]
    kind: Literal["yellow_label", "inspection_overdue", "stolen", "cloned", "repeat_offender"]
    scope: Annotated[str, Meta(min_length=1, max_length=12)]
    source: Annotated[str, Meta(min_length=1, max_length=watch_flags.LONGEST_SOURCE)]
    plate_class: Annotated[str, Meta(max_length=20)] | None = None


class WatchSet(Shape):
    id: str


class Clearing(Shape):
    reason: Reason


async def check(call: Call[Upload]) -> Answer:
    done = await watch_lists.dry_run(call.site.store, call.officer, _wish(call))
    return _answer(done, _sentences(call), call)


async def take_in(call: Call[Upload]) -> Answer:
    sentences = _sentences(call)

    def answer(done: TakenIn) -> Answer:
        return _answer(done, sentences, call)

    done = await watch_lists.take_in(call.site.store, call.officer, _wish(call), then=keeping(call, answer))
    return answer(done)


async def every_list(call: Call[Nothing]) -> Answer:
    return Answer(await lists(call.site.store, call.officer))


async def put(call: Call[NewWatch]) -> Answer:
    body = call.body
    watch = Watch(body.plate, body.kind, body.scope, body.source, body.plate_class)
    return _put(await watch_flags.put(call.site.store, call.officer, watch, then=keeping(call, _put)))


def _put(flag_id: str) -> Answer:
    return Answer(WatchSet(id=flag_id), 201)


async def clear(call: Call[Clearing]) -> Answer:
    store, flag_id = call.site.store, call.path("id")
    await watch_flags.clear(
        store, call.officer, flag_id, reason=call.body.reason, then=keeping(call, _cleared)
    )
    return _cleared(flag_id)


def _cleared(_flag_id: str) -> Answer:
    return Answer(Nothing())


def _wish(call: Call[Upload]) -> WatchList:
    asked = call.request.query_params
    refuse = asked.get("refuse", "file")
    if refuse not in ("file", "line"):
        raise InvalidField(field="refuse", why="unknown")
    ends = asked.get("ends", "")
    if ends and not (ends.isascii() and ends.isdigit() and len(ends) < 9):
        raise InvalidField(field="ends", why="out_of_range")
    return WatchList(
        content=call.body.content,
        scope=asked.get("scope", ""),
        source=asked.get("source", ""),
        kind=asked.get("kind") or None,
        whole=asked.get("whole") == "1",
        refuse=refuse,  # type: ignore[arg-type]
        ends=int(ends) if ends else None,
    )


def _sentences(call: Call[Upload]) -> Sentences:
    texts = call.site.store.texts
    return texts.of(texts.city_of_all(call.officer.districts))


def _answer(done: TakenIn, sentences: Sentences, call: Call[Upload]) -> Answer:
    view = ListTakenIn(
        id=done.id,
        new=done.new,
        changed=done.changed,
        ended=done.ended,
        unchanged=done.unchanged,
        repeated=done.repeated,
        refused=len(done.refused),
        refused_lines=[_line(one, sentences, call) for one in done.refused[:MOST_TOLD]],
        ignored_columns=list(done.ignored),
    )
    return Answer(view)


def _line(one: Refusal, sentences: Sentences, call: Call[Upload]) -> RefusedLine:
    given = {} if one.first is None else {"first": one.first}
    message = sentences.say(call.language, f"vehicles.refused.{one.why}", given)
    return RefusedLine(line=one.line, column=one.column, why=one.why, value=one.value, message=message)


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/watch-lists",
        name="watch_lists",
        handler=every_list,
        summary="Lists of the caller's districts: the last imports, and how many flags of each stand.",
        module="platform",
        answers={200: WatchLists},
    ),
    Endpoint(
        method="POST",
        path="/api/v1/watch-lists/check",
        name="check_watch_list",
        handler=check,
        summary="What taking in a CSV file would change, and which lines are refused; nothing is written.",
        module="platform",
        upload="file",
        query=QUERY,
        answers={200: ListTakenIn},
        errors=(Forbidden, InvalidField, WatchListFaulty, PayloadTooLarge),
    ),
    Endpoint(
        method="POST",
        path="/api/v1/watch-lists",
        name="import_watch_list",
        handler=take_in,
        summary="Take in a CSV file: UTF-8 or GB18030, 2 MiB and 10,000 lines at most.",
        module="platform",
        upload="file",
        query=QUERY,
        answers={200: ListTakenIn},
        errors=(Forbidden, InvalidField, Conflict, WatchListFaulty, PayloadTooLarge),
        repeatable=True,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/watch-flags",
        name="watch_vehicle",
        handler=put,
        summary="Look out for one vehicle from now on.",
        module="platform",
        body=NewWatch,
        answers={201: WatchSet},
        errors=(Forbidden, InvalidField, Conflict),
        repeatable=True,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/watch-flags/{id}/clear",
        name="clear_watch_flag",
        handler=clear,
        summary="Look out for it no more, with a reason.",
        module="platform",
        body=Clearing,
        answers={200: Nothing},
        errors=(Forbidden, NotFound, InvalidField, Conflict),
        repeatable=True,
    ),
]
