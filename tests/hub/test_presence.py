"""Who is alive, and who tries a deadline first."""

import pytest

from hub.presence import Presence


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def beat(hub: str) -> bytes:
    return b'{"hub":"%b"}' % hub.encode()


def three() -> list[Presence]:
    hubs = [Presence(name, Seconds()) for name in ("a", "b", "c")]
    for hub in hubs:
        for name in ("a", "b", "c"):
            hub.hear(beat(name))
    return hubs


@pytest.mark.parametrize("deadline", ["d1", "d2", "d3", "d4", "d5"])
def test_hubs_that_hear_each_other_agree_on_the_order(deadline: str) -> None:
    assert sorted(hub.rank(deadline) for hub in three()) == [0, 1, 2]


def test_deadlines_are_shared_out() -> None:
    first = [next(at for at, hub in enumerate(three()) if hub.rank(f"d{n}") == 0) for n in range(300)]
    assert all(first.count(at) > 60 for at in range(3))


def test_a_hub_that_falls_silent_no_longer_counts() -> None:
    seconds = Seconds()
    hub = Presence("a", seconds)
    hub.hear(beat("b"))
    assert hub.live() == ["a", "b"]
    seconds.now += 1.7
    assert hub.live() == ["a"]
    assert hub.rank("whatever") == 0


def test_a_hub_that_says_goodbye_no_longer_counts() -> None:
    hub = Presence("a", Seconds())
    hub.hear(beat("b"))
    hub.hear(b'{"hub":"b","leaving":true}')
    assert hub.live() == ["a"]
