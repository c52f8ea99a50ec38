"""One endpoint of the API as a value: what it takes, what it answers, and its handler.

Its name is the action of the table of who may what (`models.access.matrix`); without a row there nobody may call it.

The same value makes the route (`web.dispatch`) and its part of the OpenAPI document (`web.api.openapi`), so
that the two cannot tell different stories.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

import msgspec
from starlette.requests import Request

from models.access.rights import Role
from models.actions.idempotency import FirstAnswer, IdempotencyKey, Keeping
from models.caller import Caller, Officer, Participant
from models.clock import parse_iso
from models.errors import Forbidden, InvalidField, Unauthenticated, WufenError
from models.flags.definitions import Module
from models.texts.sentences import Language
from web.answers import Answer, FileAnswer, encode
from web.site import Site

Body = TypeVar("Body")


class Shape(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A JSON object that knows all its members."""


class Nothing(Shape):
    """An empty object."""


@dataclass(frozen=True, slots=True)
class Upload:
    """The bytes of the one file of a multipart body."""

    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Call(Generic[Body]):
    """One call on its way: the decoded body, who asks, in which language, from which device and address.

    ``device`` and ``address`` are digests; ``own_device`` says that the device is known by its cookie rather
    than guessed from address and browser. ``show`` leaves of an answer what the caller's role may see.
    """

    request: Request
    site: Site
    caller: Caller | None
    body: Body
    language: Language
    device: bytes
    own_device: bool
    address: bytes
    show: Callable[[Answer], Answer]
    key: IdempotencyKey | None = None

    def path(self, name: str) -> str:
        value: str = self.request.path_params[name]
        return value

    def instant(self, name: str) -> datetime | None:
        """What stands behind the question mark under ``name``, ISO 8601 with zone, in UTC; None without it.

        A field that a form left empty is none. A plus that was not encoded has become a blank on its way. Raises
        InvalidField for anything else.
        """
        text = self.request.query_params.get(name)
        try:
            return parse_iso(text.replace(" ", "+")) if text else None
        except ValueError:
            raise InvalidField(field=name, why="wrong_type") from None

    @property
    def now(self) -> datetime:
        return self.site.store.clock.now()

    @property
    def officer(self) -> Officer:
        """The officer who calls. Raises Forbidden for anybody else with a token, Unauthenticated without."""
        if isinstance(self.caller, Officer):
            return self.caller
        raise Unauthenticated if self.caller is None else Forbidden

    @property
    def participant(self) -> Participant:
        if isinstance(self.caller, Participant):
            return self.caller
        raise Unauthenticated if self.caller is None else Forbidden

    @property
    def somebody(self) -> Caller:
        """Whoever calls. Raises Unauthenticated without a token."""
        if self.caller is None:
            raise Unauthenticated
        return self.caller


Result = TypeVar("Result")


def keeping(call: Call[Any], answer_of: Callable[[Result], Answer]) -> Keeping[Result] | None:
    """For an action's ``then``: keeps the answer to its result under the caller's Idempotency-Key, if he sent one."""
    if call.key is None:
        return None

    def first(result: Result) -> FirstAnswer:
        answer = call.show(answer_of(result))
        return FirstAnswer(answer.status, encode(answer.body).decode())

    return Keeping(call.key, first)


Handler = Callable[[Call[Any]], Awaitable[Answer | FileAnswer]]


@dataclass(frozen=True, slots=True)
class Place:
    """What a call is about, for its module: a district; the ids of those whose share a pilot is; and whether it

    only prepares the module (``beforehand``), which is possible as soon as the district is integrating.
    """

    district: str
    units: Mapping[str, str | None] = field(default_factory=dict)
    beforehand: bool = False


# None: what was begun is carried to its end, whatever its module's stage has become.
Where = Callable[[Call[Any]], Awaitable[Place | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """``path`` with its parameters in braces; ``answers`` by status; ``errors`` beyond those everybody meets.

    ``module``: what has to be on for it, judged at the place that ``where`` finds (`web.gate`); ``platform`` is what
    all modules stand on, and always on. ``query`` names the parameters behind the question mark, each with its
    sentence. ``repeatable``: an Idempotency-Key is honoured. ``in_one_change``: all that it does is in the
    transaction that keeps its answer, so that a repeated call may simply be tried: it undoes itself. ``upload``: the
    body is multipart with this one file. ``own_token``: an owner's token for his sticker is good too; the handler reads
    it. ``takes_pass``: so is a pass for uploads (`web.passes`). ``answered_as``: what the answer makes of whoever calls
    without a token. ``records_refusals``: its action has told the audit what it refused, and why it was asked for.
    """

    method: str
    path: str
    name: str
    handler: Handler
    summary: str
    module: Module | Literal["platform"]
    answers: Mapping[int, Any]
    where: Where | None = None
    body: type[Shape] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[type[WufenError], ...] = ()
    repeatable: bool = False
    in_one_change: bool = False
    upload: str | None = None
    own_token: bool = False
    takes_pass: bool = False
    answered_as: Role | None = None
    records_refusals: bool = False
    media: str = "application/json"
    tag: str = ""
