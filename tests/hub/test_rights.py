"""What a token opens, and what it no longer opens after a shift ended or somebody was revoked."""

from hub.rights import Claims, Revocations, namespace

CHANNELS = frozenset({"district:511802", "positions:511802", "officer:zhang"})


def claims(issued_at: float = 100.0) -> Claims:
    return Claims("officer:zhang", CHANNELS, issued_at, issued_at + 600)


def test_a_token_opens_what_it_names_and_nothing_else() -> None:
    revocations = Revocations()
    assert revocations.may_subscribe(claims(), "district:511802")
    assert not revocations.may_subscribe(claims(), "district:511803")
    assert not revocations.may_subscribe(claims(), "district:51180")


def test_the_end_of_a_shift_takes_the_districts_live_channels_from_older_tokens() -> None:
    revocations = Revocations()
    revocations.off_duty("officer:zhang", "511802", at=200.0)
    assert not revocations.may_subscribe(claims(100.0), "district:511802")
    assert not revocations.may_subscribe(claims(100.0), "positions:511802")
    assert revocations.may_subscribe(claims(100.0), "officer:zhang")
    assert revocations.may_subscribe(claims(201.0), "district:511802")
    assert not revocations.is_revoked(claims(100.0))


def test_another_shift_makes_an_older_token_right_again() -> None:
    revocations = Revocations()
    revocations.off_duty("officer:zhang", "511802", at=200.0)
    revocations.on_duty("officer:zhang", "511802")
    assert revocations.may_subscribe(claims(100.0), "district:511802")


def test_a_revoked_subject_is_known_until_no_token_can_be_older() -> None:
    revocations = Revocations()
    revocations.revoke("officer:zhang", at=200.0)
    assert revocations.is_revoked(claims(199.0))
    assert not revocations.is_revoked(claims(201.0))
    revocations.forget_before(200.0)
    assert revocations.is_revoked(claims(199.0))
    revocations.forget_before(200.1)
    assert not revocations.is_revoked(claims(199.0))


def test_a_token_of_the_same_second_is_doubtful_not_certainly_older() -> None:
    revocations = Revocations()
    revocations.revoke("officer:zhang", at=200.4)
    assert revocations.is_doubtful(claims(200.0))
    assert not revocations.is_doubtful(claims(199.0))
    assert not revocations.is_doubtful(claims(201.0))


def test_the_namespace_of_a_channel() -> None:
    assert namespace("district:511802") == "district"
    assert [namespace(name) for name in ("district", "district:", ":1", "")] == ["", "", "", ""]


def test_a_sign_in_that_ended_takes_its_own_tokens_along_and_no_others() -> None:
    revocations = Revocations()
    revocations.revoke("session:one", 200.0)
    of_one = Claims("officer:zhang", CHANNELS, 199.0, 799.0, "session:one")
    of_two = Claims("officer:zhang", CHANNELS, 199.0, 799.0, "session:two")
    assert revocations.is_revoked(of_one)
    assert not revocations.is_revoked(of_two)
