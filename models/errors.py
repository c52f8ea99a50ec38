"""What can go wrong, by name: every refusal that a caller may meet, with its stable code and HTTP status.

The sentences live in the catalogue under ``errors.<code>``; this module carries only codes and the data
that the sentences need. Nothing here knows about HTTP beyond the number, or about a language.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar


class WufenError(Exception):
    """A refusal with a stable ``code``. Whatever raised it changed nothing.

    ``params`` fills the placeholders of the sentence; ``field`` names the offending input in dotted form;
    ``retry_at`` (aware, UTC) says when another try makes sense.
    """

    code: ClassVar[str] = "unavailable"
    status: ClassVar[int] = 500

    def __init__(
        self, *, field: str | None = None, retry_at: datetime | None = None, **params: str | int
    ) -> None:
        self.field = field
        self.retry_at = retry_at
        self.params = params
        super().__init__(self.code)

    def __str__(self) -> str:
        parts = [self.code]
        if self.field is not None:
            parts.append(f"field={self.field}")
        parts.extend(f"{name}={value}" for name, value in self.params.items())
        return " ".join(parts)


class InvalidJson(WufenError):
    code, status = "invalid_json", 400


class IdempotencyKeyMissing(WufenError):
    code, status = "idempotency_key_missing", 400


class Unauthenticated(WufenError):
    code, status = "unauthenticated", 401


class BadCredentials(WufenError):
    code, status = "bad_credentials", 401


class SessionAsleep(WufenError):
    """The session is good, but nobody has touched it for too long: it wants to know again who is there."""

    code, status = "session_asleep", 401


class SecondFactorNeeded(WufenError):
    """The password was right; now the code of the second factor."""

    code, status = "second_factor_needed", 401


class SecondFactorMissing(WufenError):
    """The role needs a second factor, and this account has none yet: nothing else opens until it has."""

    code, status = "second_factor_missing", 403


class RegistrationWaiting(WufenError):
    code, status = "registration_waiting", 403


class RegistrationRefused(WufenError):
    """``reason`` is the administrator's own words."""

    code, status = "registration_refused", 403


class Forbidden(WufenError):
    code, status = "forbidden", 403


class ReasonNeeded(WufenError):
    """Shown once it was said why (``POST …/looks``)."""

    code, status = "reason_needed", 428


class WrongDoor(WufenError):
    code, status = "wrong_door", 403


class NotOnDuty(WufenError):
    code, status = "not_on_duty", 403


class SwitchedOff(WufenError):
    """``why`` names the module or feature that is off here, or not for this caller."""

    code, status = "switched_off", 403


class PlateTailWrong(WufenError):
    """``remaining`` tries are left before the device and the sticker are locked."""

    code, status = "plate_tail_wrong", 403


class NotFound(WufenError):
    code, status = "not_found", 404


class StickerUnknown(WufenError):
    code, status = "sticker_unknown", 404


class IllegalTransition(WufenError):
    """``command`` is not possible in ``status`` of the incident."""

    code, status = "illegal_transition", 409


class VersionConflict(WufenError):
    """The caller sent a version, and ``version`` is the current one."""

    code, status = "version_conflict", 409


class AlreadyAccepted(WufenError):
    """``by`` is the service number of the officer who has the incident."""

    code, status = "already_accepted", 409


class OpenItems(WufenError):
    """``count`` incidents are in the officer's hands, and he has not said what becomes of ``incidents`` (their ids)."""

    code, status = "open_items", 409


class StickerUnbound(WufenError):
    code, status = "sticker_unbound", 409


class StickerBound(WufenError):
    code, status = "sticker_bound", 409


class StickerPaused(WufenError):
    code, status = "sticker_paused", 409


class Conflict(WufenError):
    """The change collides with something that exists already."""

    code, status = "conflict", 409


class SecondPersonNeeded(WufenError):
    """What somebody made has to be approved by somebody else."""

    code, status = "second_person_needed", 403


class RuleFaulty(WufenError):
    """The version has ``faults`` faults; validating it tells them with their places."""

    code, status = "rule_faulty", 422


class WatchListFaulty(WufenError):
    """A file of vehicles to look out for, no line of which can be used; ``why`` is that of ``ListFaulty``."""

    code, status = "watch_list_faulty", 422


class StickerRevoked(WufenError):
    code, status = "sticker_revoked", 410


class ProtocolVersion(WufenError):
    """The client speaks a version of the upload protocol that is not ours; ``version`` is."""

    code, status = "protocol_version", 412


class PayloadTooLarge(WufenError):
    """``limit`` is the largest accepted size in bytes."""

    code, status = "payload_too_large", 413


class UnsupportedMedia(WufenError):
    code, status = "unsupported_media", 415


class InvalidField(WufenError):
    """The value of ``field`` cannot be used; ``why`` is a stable key for the reason."""

    code, status = "invalid_field", 422


class IdempotencyMismatch(WufenError):
    code, status = "idempotency_mismatch", 422


class PlateTailLocked(WufenError):
    code, status = "plate_tail_locked", 429


class LockedOut(WufenError):
    code, status = "locked_out", 429


class TooManyRequests(WufenError):
    code, status = "too_many_requests", 429


class ChecksumWrong(WufenError):
    """What came is not what was sent: nothing of it was taken, and it may be sent again."""

    # tus 1.0, extension "checksum"
    code, status = "checksum_wrong", 460


class Unavailable(WufenError):
    code, status = "unavailable", 503


def all_errors() -> list[type[WufenError]]:
    """Every error with a code of its own, for the catalogue test and the API document."""
    return sorted(WufenError.__subclasses__(), key=lambda error: (error.status, error.code))
