"""Personal data: sealed at rest, found without being read, and shown by role only as far as it is permitted.

Leaves to others: where the keys are kept (`models.secrets_file`) and the audit record of every whole look.
"""

import hmac
import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
INDEX_BYTES = 16
_BLOCK = 16  # of AES


class SealBroken(ValueError):
    """What was sealed cannot be opened: another key, another row or column, or it was changed."""


@dataclass(frozen=True, slots=True)
class _Ring:
    """What a vault has in its hands, exchanged as a whole."""

    ciphers: Mapping[bytes, AESGCM]
    newest: bytes
    index_keys: Mapping[str, bytes]


class Vault:
    """Seals fields with AES-256-GCM and indexes them blindly with HMAC-SHA256.

    `keys` maps key ids (1 to 16 characters) to 32 bytes, the newest first, which seals; so do `index_keys`, of which
    the first indexes and all are looked for. `column` is always "table.column".
    """

    def __init__(
        self,
        keys: Mapping[str, bytes],
        index_keys: Mapping[str, bytes],
        *,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._random = random
        self.adopt(keys, index_keys)

    def adopt(self, keys: Mapping[str, bytes], index_keys: Mapping[str, bytes]) -> None:
        """From now on these; a call that is under way in another thread ends with those it began with."""
        if not keys or not index_keys:
            raise ValueError("a vault needs a field key and an index key")
        self._ring = _Ring(
            {name.encode(): AESGCM(key) for name, key in keys.items()},
            next(iter(keys)).encode(),
            dict(index_keys),
        )

    @property
    def newest(self) -> str:
        """The id of the key that seals."""
        return self._ring.newest.decode()

    @property
    def index_key_ids(self) -> tuple[str, ...]:
        """The ids of the keys that index, the newest first."""
        return tuple(self._ring.index_keys)

    def seal(self, column: str, row_id: str, text: str) -> bytes:
        """Length of the key id, key id, nonce, ciphertext. Moved to another place it does not open."""
        return self.seal_bytes(column, row_id, text.encode())

    def seal_bytes(self, column: str, row_id: str, content: bytes) -> bytes:
        """The same of a file; 10 MB take some 10 ms of a core."""
        ring, nonce = self._ring, self._random(NONCE_BYTES)
        sealed = ring.ciphers[ring.newest].encrypt(nonce, content, _place(column, row_id))
        return bytes([len(ring.newest)]) + ring.newest + nonce + sealed

    def open(self, column: str, row_id: str, sealed: bytes) -> str:
        """What was sealed there; raises SealBroken."""
        try:
            return self.open_bytes(column, row_id, sealed).decode()
        except UnicodeDecodeError:
            raise SealBroken(f"{column}: not what was sealed there") from None

    def open_bytes(self, column: str, row_id: str, sealed: bytes) -> bytes:
        """What file was sealed there; raises SealBroken."""
        end = 1 + (sealed[0] if sealed else 0)
        cipher = self._ring.ciphers.get(bytes(sealed[1:end]))
        nonce, text = sealed[end : end + NONCE_BYTES], sealed[end + NONCE_BYTES :]
        if cipher is None:
            raise SealBroken(f"{column}: sealed with an unknown key")
        try:
            return cipher.decrypt(nonce, text, _place(column, row_id))
        except (InvalidTag, ValueError):
            raise SealBroken(f"{column}: not what was sealed there") from None

    def veil(self, column: str, row_id: str, offset: int, content: bytes, index_key: str = "") -> bytes:
        """Bytes of a file that still grows, from ``offset`` on: veiled where they were plain, plain where veiled.

        Under the index key of that id, else the newest. Raises SealBroken when nobody has it.

        AES-256-CTR under a key of that one file, so that a piece may come at any offset, and the same piece again is
        the same on the disk. It hides and proves nothing: who can write to the disk can change what is there.
        """
        ring, label = self._ring, b"veil|" + _place(column, row_id)
        key = ring.index_keys.get(index_key or next(iter(ring.index_keys)))
        if key is None:
            raise SealBroken(f"{column}: veiled with an unknown key")
        secret = HKDF(SHA256(), length=32 + _BLOCK, salt=None, info=label).derive(key)
        first = (int.from_bytes(secret[32:]) + offset // _BLOCK) % (1 << 8 * _BLOCK)
        stream = Cipher(algorithms.AES256(secret[:32]), modes.CTR(first.to_bytes(_BLOCK))).encryptor()
        stream.update(bytes(offset % _BLOCK))
        return stream.update(content)

    def sealed_with_newest(self, sealed: bytes) -> bool:
        """False: seal it again when keys are changed."""
        return bytes(sealed[1 : 1 + sealed[0]]) == self._ring.newest

    def index(self, column: str, value: str) -> bytes:
        """16 bytes that are equal for equal values of one column and tell nothing else.

        The value must be normalised by the caller (`normalise_phone`). Columns are kept apart by their label.
        """
        return self.indexes(column, value)[0]

    def indexes(self, column: str, value: str) -> tuple[bytes, ...]:
        """The same under every key, the newest first: what is looked for while keys are changed."""
        label = f"{column}|{value}".encode()
        return tuple(
            hmac.digest(key, label, "sha256")[:INDEX_BYTES] for key in self._ring.index_keys.values()
        )


def _place(column: str, row_id: str) -> bytes:
    return f"{column}|{row_id}".encode()


def fingerprint(key: bytes) -> str:
    """16 characters by which a key is known again, and which tell nothing of it: keys are 32 random bytes."""
    return hmac.digest(key, b"wufen key", "sha256").hex()[:16]


class PhoneRefused(ValueError):
    """A text that is no mobile number; `why` is empty, bad_character, not_mobile or wrong_length."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def normalise_phone(text: str) -> str:
    """The number in E.164 (+8613812341234), of a mobile phone of the mainland unless it begins with another
    country's + or 00 code. Raises PhoneRefused, which never repeats the number."""
    plain = re.sub(r"[\s\-().·—–]+", "", unicodedata.normalize("NFKC", text))
    digits = plain.removeprefix("+")
    if not digits:
        raise PhoneRefused("empty")
    if not (digits.isascii() and digits.isdigit()):
        raise PhoneRefused("bad_character")
    international = plain != digits or digits.startswith("00")
    digits = digits.removeprefix("00") if plain == digits else digits
    if international and not digits.startswith("86"):
        return _foreign(digits)
    if digits.startswith("86") and len(digits) > 11:
        digits = digits.removeprefix("86")
    if len(digits) != 11:
        raise PhoneRefused("wrong_length")
    if not re.fullmatch("1[3-9][0-9]{9}", digits):
        raise PhoneRefused("not_mobile")
    return f"+86{digits}"


def _foreign(digits: str) -> str:
    if not 8 <= len(digits) <= 15 or digits.startswith("0"):
        raise PhoneRefused("wrong_length")
    return f"+{digits}"


def mask_phone(number: str) -> str:
    """138****1234; of a foreign number the last four digits only."""
    if number.startswith("+86") and len(number) == 14:
        return f"{number[3:6]}****{number[-4:]}"
    return f"****{number[-4:]}"


def mask_name(name: str) -> str:
    """张*, 李*明: the first character, and the last of three or more."""
    name = name.strip()
    if len(name) <= 2:
        return f"{name[:1]}*" if name else ""
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


Look = Literal["masked", "whole"]
Field = Literal["owner_phone", "owner_name", "plate"]

# Who is shown what without asking further. A pair that does not stand here is absent: auxiliary officers get
# no owner's name or phone at all, and administrators keep accounts and stickers, not people.
_SHOWN: Mapping[tuple[str, Field], Look] = MappingProxyType(
    {
        ("police", "owner_phone"): "masked",
        ("police", "owner_name"): "masked",
        ("police", "plate"): "whole",
        ("commander", "owner_phone"): "masked",
        ("commander", "owner_name"): "masked",
        ("commander", "plate"): "whole",
        ("auxiliary", "plate"): "masked",
        ("administrator", "plate"): "masked",
        ("owner", "plate"): "whole",
        ("requester", "plate"): "masked",
    }
)


def look(role: str, field: Field) -> Look | None:
    """How a role sees a field: masked, whole, or (None) not at all."""
    return _SHOWN.get((role, field))
