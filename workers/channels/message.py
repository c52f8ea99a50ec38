"""What a channel is given to deliver, and what it may say of it: accepted, refused with a class, or no answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

# permanent: no try will help, here or on another channel (the text cannot be written, say). unreachable: not this
# person on this channel (no address, unfollowed, refused, number invalid): the next step, now. transient: again after
# a pause. limited: the provider wants us to wait, ``retry_after`` says how long. setup: the city's account is not in
# order (wrong secret, template not approved, no credit): nobody is reached until somebody mends it, so the next step.
Why = Literal["permanent", "unreachable", "transient", "limited", "setup"]


@dataclass(frozen=True, slots=True)
class Message:
    """The text in both languages (a phone's language is not known), and the link, if there is one."""

    zh: str
    en: str
    link: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it. ``provider_id``: under which it reports later, unique within the channel; None if it

    never does. ``delivered``: it says already that it arrived (the simulator; a webhook that answered 2xx).
    """

    provider_id: str | None = None
    delivered: bool = False


class Refused(Exception):
    """Certainly not delivered. ``reason`` is one of our words (``channels.json``: ``notice.failed.<reason>``), ``code``

    the provider's own; neither holds personal data. ``retry_after`` counts with ``limited`` alone.
    """

    def __init__(
        self, why: Why, reason: str, *, code: str | None = None, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(reason if code is None else f"{reason} ({code})")
        self.why = why
        self.reason = reason
        self.code = code
        self.retry_after = retry_after


class Unanswered(Exception):
    """It was handed over, and the provider did not say whether it took it: a time-out after the request had left, a

    connection that broke, an answer that nobody can read. A channel that recognises repetitions is asked again; of
    any other the notice becomes ``unknown`` and its ladder goes on.
    """

    def __init__(self, reason: str, *, code: str | None = None) -> None:
        super().__init__(reason if code is None else f"{reason} ({code})")
        self.reason = reason
        self.code = code
