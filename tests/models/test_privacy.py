"""Personal data: sealed to its place, found blindly, masked by role."""

import pytest

from models.privacy import PhoneRefused, SealBroken, Vault, look, mask_name, mask_phone, normalise_phone

PHONE = "+8613812341234"
VAULT = Vault({"k1": b"1" * 32}, {"i1": b"i" * 32})


def test_what_was_sealed_is_opened_in_its_place_only() -> None:
    sealed = VAULT.seal("contacts.phone_sealed", "row1", PHONE)
    assert VAULT.open("contacts.phone_sealed", "row1", sealed) == PHONE
    for column, row in (("contacts.phone_sealed", "row2"), ("owners.name_sealed", "row1")):
        with pytest.raises(SealBroken):
            VAULT.open(column, row, sealed)


def test_nothing_of_the_text_shows_and_no_two_seals_are_equal() -> None:
    one = VAULT.seal("contacts.phone_sealed", "row1", PHONE)
    assert PHONE.encode() not in one
    assert one != VAULT.seal("contacts.phone_sealed", "row1", PHONE)
    assert len(one) == 1 + 2 + 12 + 14 + 16


@pytest.mark.parametrize("position", [0, 1, 2, 3, 20, -1])
def test_a_changed_byte_is_noticed(position: int) -> None:
    sealed = bytearray(VAULT.seal("contacts.phone_sealed", "row1", PHONE))
    sealed[position] ^= 1
    with pytest.raises(SealBroken):
        VAULT.open("contacts.phone_sealed", "row1", bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"\x02", b"\x02k1", b"\x02k1" + b"n" * 12, b"\xff"])
def test_a_torso_is_refused(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        VAULT.open("contacts.phone_sealed", "row1", sealed)


def test_a_new_key_seals_while_the_old_one_still_opens() -> None:
    old = VAULT.seal("owners.name_sealed", "row1", "张三")
    rotated = Vault({"k2": b"2" * 32, "k1": b"1" * 32}, {"i1": b"i" * 32})
    assert rotated.open("owners.name_sealed", "row1", old) == "张三"
    assert not rotated.sealed_with_newest(old)
    new = rotated.seal("owners.name_sealed", "row1", "张三")
    assert rotated.sealed_with_newest(new)
    with pytest.raises(SealBroken, match="unknown key"):
        VAULT.open("owners.name_sealed", "row1", new)


def test_the_blind_index_is_equal_for_equal_values_of_one_column_only() -> None:
    index = VAULT.index("contacts.phone_index", PHONE)
    assert len(index) == 16
    assert index == VAULT.index("contacts.phone_index", PHONE)
    assert index != VAULT.index("bindings.phone_index", PHONE)
    assert index != VAULT.index("contacts.phone_index", "+8613812341235")
    assert index != Vault({"k1": b"1" * 32}, {"i1": b"j" * 32}).index("contacts.phone_index", PHONE)


def test_a_file_that_grows_is_veiled_piece_by_piece_at_any_offset() -> None:
    content = bytes(number % 251 for number in range(5_000))
    pieces, at = b"", 0
    for size in (1, 15, 16, 17, 1_000, 3_951):
        pieces += VAULT.veil("uploads.incoming", "row1", at, content[at : at + size])
        at += size
    assert pieces == VAULT.veil("uploads.incoming", "row1", 0, content)
    assert VAULT.veil("uploads.incoming", "row1", 0, pieces) == content
    assert content[:16] not in pieces
    for column, row in (("uploads.incoming", "row2"), ("uploads.original", "row1")):
        assert VAULT.veil(column, row, 0, pieces)[:16] != content[:16]
    other = Vault({"k1": b"1" * 32}, {"i1": b"j" * 32})
    assert other.veil("uploads.incoming", "row1", 0, pieces)[:16] != content[:16]


def test_a_vault_without_keys_is_refused() -> None:
    with pytest.raises(ValueError, match="needs"):
        Vault({}, {})


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13812341234", PHONE),
        (" 138 1234 1234 ", PHONE),
        ("138-1234-1234", PHONE),
        ("+86 138 1234 1234", PHONE),
        ("(+86)13812341234", PHONE),
        ("008613812341234", PHONE),
        ("8613812341234", PHONE),
        ("１３８１２３４１２３４", PHONE),
        ("19900000000", "+8619900000000"),
        ("+852 6123 4567", "+85261234567"),
        ("00853 6612 3456", "+85366123456"),
    ],
)
def test_a_phone_has_one_form_however_it_is_typed(typed: str, number: str) -> None:
    assert normalise_phone(typed) == number


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "empty"),
        ("  -- ", "empty"),
        ("1381234123", "wrong_length"),
        ("138123412345", "wrong_length"),
        ("12812341234", "not_mobile"),
        ("08352222222", "not_mobile"),
        ("+86 12812341234", "not_mobile"),
        ("1381234123x", "bad_character"),
        ("++8613812341234", "bad_character"),
        ("+852 6123", "wrong_length"),
        ("+1234567890123456", "wrong_length"),
    ],
)
def test_what_is_no_mobile_number_is_refused_without_repeating_it(typed: str, why: str) -> None:
    with pytest.raises(PhoneRefused) as caught:
        normalise_phone(typed)
    assert caught.value.why == why
    assert not typed.strip(" -") or typed not in str(caught.value)


def test_masks_leave_what_a_person_needs_to_recognise_his_own() -> None:
    assert mask_phone(PHONE) == "138****1234"
    assert mask_phone("+85261234567") == "****4567"
    assert [mask_name(name) for name in ("张三", "李小明", "欧阳小明", "张", " ")] == [
        "张*",
        "李*明",
        "欧**明",
        "张*",
        "",
    ]


@pytest.mark.parametrize(
    ("role", "owner_phone", "owner_name", "plate"),
    [
        ("police", "masked", "masked", "whole"),
        ("commander", "masked", "masked", "whole"),
        ("auxiliary", None, None, "masked"),
        ("administrator", None, None, "masked"),
        ("requester", None, None, "masked"),
        ("owner", None, None, "whole"),
        ("wall", None, None, None),
    ],
)
def test_a_role_sees_what_it_is_permitted_and_nothing_else(
    role: str, owner_phone: str | None, owner_name: str | None, plate: str | None
) -> None:
    assert look(role, "owner_phone") == owner_phone
    assert look(role, "owner_name") == owner_name
    assert look(role, "plate") == plate
