"""Passwords: kept as argon2id hashes, and checked in the same time for accounts that do not exist.

Hashing and checking take some 40 ms of one core and 19 MiB on purpose: callers run them in a thread and limit
how many run at once. Leaves to others: locking out whoever guesses.
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Of a password that nobody has, with the same costs; checked against when there is no account.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$vSHJ2yVfRqKoaK7b45skZA$RE+UcwVy4Cly82ZCEYB3WI1ZZy8xnVgiW9z0A8X7P/Q"

SHORTEST = 8  # characters
LONGEST = 256  # characters; longer ones only cost time


class PasswordRefused(ValueError):
    """A new password that is too short or too long; `why` is too_short or too_long."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def hash_password(password: str) -> str:
    """What is kept of a new password. Raises PasswordRefused."""
    if len(password) < SHORTEST:
        raise PasswordRefused("too_short")
    if len(password) > LONGEST:
        raise PasswordRefused("too_long")
    return _HASHER.hash(password)


def verify_password(kept: str | None, password: str) -> bool:
    """Whether it is the password; `kept` None (no such account) takes as long and is never right."""
    try:
        _HASHER.verify(kept or _NOBODY, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def needs_rehash(kept: str) -> bool:
    """Whether it was hashed with other costs than today's."""
    return _HASHER.check_needs_rehash(kept)
