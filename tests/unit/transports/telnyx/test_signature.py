"""Telnyx's signatures, and how long they are good for."""

import pytest

from tests.emulators.telnyx_caller import Account
from transports.telnyx.settings import TelnyxSettings
from transports.telnyx.signature import Signatures

ACCOUNT = Account()
KEY = TelnyxSettings(public_key=ACCOUNT.public_key).key_bytes
BODY = b"CallSid=v3%3Aabcdefgh&From=%2B15550001042"
NOW = 1_795_000_000


def good(headers: dict[str, str], body: bytes = BODY, now: float = NOW) -> bool:
    return Signatures(KEY, clock=lambda: now).good(body, headers)


def test_what_was_signed_a_little_while_ago_is_good():
    signed = ACCOUNT.headers(BODY, NOW)
    assert good(signed)
    assert good(signed, now=NOW + 299)
    assert good(signed, now=NOW - 299)


def test_later_or_of_another_body_or_another_account_it_is_not():
    signed = ACCOUNT.headers(BODY, NOW)
    assert not good(signed, now=NOW + 301)
    assert not good(signed, body=BODY + b"&x=")
    assert not good(signed | {"telnyx-timestamp": str(NOW + 1)})
    assert not good(Account(seed=bytes(32)).headers(BODY, NOW))


@pytest.mark.parametrize("at", ["", "now", "-1", "1e9", "١٧٩٥٠٠٠٠٠٠", "9" * 5_000])
def test_a_time_that_is_none_raises_nothing(at: str):
    assert not good(ACCOUNT.headers(BODY, NOW) | {"telnyx-timestamp": at})


@pytest.mark.parametrize("signature", ["", "é", "%%%", "AAAA", "A" * 10_000])
def test_a_signature_that_is_none_raises_nothing(signature: str):
    assert not good(ACCOUNT.headers(BODY, NOW) | {"telnyx-signature-ed25519": signature})
