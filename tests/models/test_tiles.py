"""Where tiles come from, as an operator writes it."""

import pytest

from models.tiles import layers


def test_without_a_template_there_are_no_tiles() -> None:
    assert layers("") == ()


def test_several_hosts_are_a_range_in_the_host() -> None:
    (layer,) = layers("https://t{0-3}.example.cn/vec/{z}/{x}/{y}?tk=abc")
    assert (layer.url, layer.hosts) == ("https://t{s}.example.cn/vec/{z}/{x}/{y}?tk=abc", "0123")
    assert layer.origins == (
        "https://t0.example.cn",
        "https://t1.example.cn",
        "https://t2.example.cn",
        "https://t3.example.cn",
    )


def test_one_host_and_a_port_are_one_origin() -> None:
    (layer,) = layers("http://tiles.unit.example:8080/{z}/{x}/{y}.png")
    assert (layer.hosts, layer.origins) == ("", ("http://tiles.unit.example:8080",))


def test_the_ground_comes_first_and_the_names_above_it() -> None:
    ground, names = layers("https://a.example/{z}/{x}/{y} https://b.example/{z}/{x}/{y}")
    assert (ground.origins, names.origins) == (("https://a.example",), ("https://b.example",))


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("ftp://a.example/{z}/{x}/{y}", "expects https"),
        ("//a.example/{z}/{x}/{y}", "expects https"),
        ("https://u:p@a.example/{z}/{x}/{y}", "expects https"),
        ("https://a.example;script-src/{z}/{x}/{y}", "no host may hold"),
        ("https://*.example/{z}/{x}/{y}", "no host may hold"),
        ("https://a.example/{z}/{x}", "lacks {y}"),
        ("https://a.example/{0-3}/{z}/{x}/{y}", "only in the host"),
        ("https://{s}.example/{z}/{x}/{y}", "only in the host"),
        ("https://t{7-0}.example/{z}/{x}/{y}", "is no range"),
        (" ".join(["https://a.example/{z}/{x}/{y}"] * 5), "at most 4"),
    ],
)
def test_what_is_wrong_with_a_template_is_said(template: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        layers(template)
