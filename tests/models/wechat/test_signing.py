"""The platform's signatures and envelopes: its own examples, and what a maintained library of others makes of ours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.wechat.crypto import EnvelopeBroken, key_of, open_, seal
from models.wechat.signing import OLDEST, is_fresh, is_signed, jsapi_signature, signature
from tests.support.clock import START
from tests.support.wechat_server import AES_KEY, APP_ID, CALLBACK_TOKEN

TICKET = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
KEY = key_of(AES_KEY)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://mp.weixin.qq.com?params=value", "0f9de62fce790f9a083d5c99e95740ceb90c27ed"),
        ("http://mp.weixin.qq.com", "f4d90daf4b3bca3078ab155816175ba34c443a7b"),
        ("http://mp.weixin.qq.com#what-the-page-keeps-to-itself", "f4d90daf4b3bca3078ab155816175ba34c443a7b"),
    ],
)
def test_a_page_is_signed_as_the_platforms_example_says(url: str, expected: str) -> None:
    assert jsapi_signature(TICKET, "Wm3WZYTPz0wzccnW", 1414587457, url) == expected


def test_a_signature_is_of_the_sorted_parts_and_of_nothing_else() -> None:
    # sha1("123" + "abc" + "token")
    assert signature("token", "abc", "123") == "84501b652458690801074dc0b44e9822dfb63245"
    assert is_signed(signature("token", "abc", "123"), "123", "token", "abc")
    assert not is_signed(signature("token", "abc", "123"), "124", "token", "abc")
    assert not is_signed("", "123", "token", "abc")
    assert not is_signed("café", "123", "token", "abc")


def test_what_was_signed_long_ago_is_not_of_now() -> None:
    now = START
    for seconds, fresh in ((0, True), (-599, True), (-601, False), (599, True), (601, False)):
        stamp = str(int((now + timedelta(seconds=seconds)).timestamp()))
        assert is_fresh(stamp, now) is fresh, seconds
    assert timedelta(minutes=10) == OLDEST
    for text in ("", "x", "-5", "1e9", "９", "9" * 13):
        assert not is_fresh(text, now), text


def test_an_envelope_opens_to_what_was_put_in() -> None:
    for text in ("", "a", "车在挡路" * 500, "x" * 12, "x" * 44):
        assert open_(KEY, APP_ID, seal(KEY, APP_ID, text)) == text


def test_an_envelope_of_another_account_or_key_or_a_changed_one_stays_shut() -> None:
    envelope = seal(KEY, APP_ID, "<xml/>")
    with pytest.raises(EnvelopeBroken):
        open_(KEY, "wx0000000000000000", envelope)
    with pytest.raises(EnvelopeBroken):
        open_(bytes(32), APP_ID, envelope)
    for broken in ("", "!!", "AAAA", envelope[:-4], envelope[4:]):
        with pytest.raises(EnvelopeBroken):
            open_(KEY, APP_ID, broken)


class TestWhatAnotherLibraryMakesOfIt:
    """wechatpy is not kept up and knows no async; its arithmetic is a second opinion."""

    @pytest.fixture
    def theirs(self) -> Any:
        crypto = pytest.importorskip("wechatpy.crypto")
        return crypto.WeChatCrypto(CALLBACK_TOKEN, AES_KEY, APP_ID)

    def test_they_open_what_we_seal(self, theirs: Any) -> None:
        envelope = seal(KEY, APP_ID, "<xml>车</xml>")
        xml = f"<xml><ToUserName>gh_1</ToUserName><Encrypt>{envelope}</Encrypt></xml>"
        signed = signature(CALLBACK_TOKEN, "1409659813", "n", envelope)
        assert theirs.decrypt_message(xml, signed, "1409659813", "n") == "<xml>车</xml>"

    def test_we_open_what_they_seal(self, theirs: Any) -> None:
        import xmltodict

        sealed = xmltodict.parse(theirs.encrypt_message("<xml>车</xml>", "n", "1409659813"))["xml"]
        assert open_(KEY, APP_ID, sealed["Encrypt"]) == "<xml>车</xml>"
        parts = (CALLBACK_TOKEN, "1409659813", "n", sealed["Encrypt"])
        assert is_signed(sealed["MsgSignature"], *parts)

    def test_they_sign_a_page_as_we_do(self) -> None:
        pytest.importorskip("wechatpy")
        from wechatpy.client.api import WeChatJSAPI

        url = "https://car.example/s/abc?x=车"
        theirs = WeChatJSAPI(None).get_jsapi_signature("n", TICKET, 1414587457, url)
        assert jsapi_signature(TICKET, "n", 1414587457, url) == theirs
