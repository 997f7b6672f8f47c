"""Whatever a header says that no carrier sends, it is no signature, and nothing is raised."""

import base64
import json
from collections.abc import Callable, Mapping
from random import Random

import pytest

from tests.emulators import plivo_caller, telnyx_caller
from tests.emulators.twilio_caller import Account
from tests.emulators.vonage_caller import Application
from transports.phone.form import form_of
from transports.plivo.signature import Signatures as Plivo
from transports.telnyx.settings import TelnyxSettings
from transports.telnyx.signature import Signatures as Telnyx
from transports.twilio.settings import TwilioSettings
from transports.twilio.signature import Signatures as Twilio
from transports.vonage.settings import VonageSettings
from transports.vonage.signature import Signatures as Vonage

ADDRESS, FORM, BODY = "https://echo.example/voice", {"CallSid": "CA1"}, b"CallSid=CA1"
TWILIO, OURS = Account(shared_key="the-shared-key-of-a-newer-account"), Application()
PLIVO, TELNYX = plivo_caller.Account(), telnyx_caller.Account()

Good = Callable[[Mapping[str, str]], bool]


def twilio() -> tuple[Good, dict[str, str]]:
    keys = {"auth_token": TWILIO.auth_token, "shared_key": TWILIO.shared_key}
    check = Twilio(TwilioSettings(account_sid=TWILIO.sid, **keys), "https://echo.example")
    return lambda headers: check.good(ADDRESS, FORM, headers), TWILIO.headers(ADDRESS, FORM)


def vonage() -> tuple[Good, dict[str, str]]:
    check = Vonage(VonageSettings(application_id=OURS.id, signature_secret=OURS.secret))
    headers = {name.lower(): value for name, value in OURS.headers(BODY).items()}
    return lambda sent: check.good(sent, BODY), headers


def telnyx() -> tuple[Good, dict[str, str]]:
    check = Telnyx(TelnyxSettings(public_key=TELNYX.public_key).key_bytes)
    return lambda headers: check.good(BODY, headers), TELNYX.headers(BODY)


def plivo() -> tuple[Good, dict[str, str]]:
    check = Plivo(PLIVO.auth_token)
    headers = PLIVO.headers("POST", ADDRESS, FORM)
    lowered = {name.lower(): value for name, value in headers.items()}
    return lambda sent: check.good(ADDRESS, FORM, sent), lowered


def token(*parts: object) -> str:
    """A JWT of these parts, signed by nobody."""
    texts = (part if isinstance(part, str) else json.dumps(part) for part in parts)
    encoded = (base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode() for text in texts)
    return "Bearer " + ".".join(encoded)


DEEP = "[" * 20_000
STRANGE = (
    *("", " ", "=", "é", "\xff", "x" * 9_000, ",,,", "\u0131"),
    *("Bearer", "Bearer ", "Bearer a", "Bearer a.b.c", "Bearer .."),
    *("algorithm=HMAC_SHA512", "algorithm=", "algorithm=HMAC_SHA1,algorithm=x"),
    *("0", "-1", "1e9", "9" * 5_000, "nan", "١٧٩٥٠٠٠٠٠٠"),
    *(token(DEEP, {}, "x"), token({"alg": "HS256"}, DEEP, "x"), token([], {}, "")),
    *(token({"alg": alg}, {"iat": 1}, "x") for alg in ("none", "RS256", ["HS256"], None, 7, {})),
    token({"alg": "HS256", "b64": False, "crit": ["b64"]}, {}, "x"),
    token({"alg": "HS256", "kid": [1], "crit": 7, "typ": None}, {}, "x"),
)


@pytest.mark.parametrize("carrier", [twilio, vonage, telnyx, plivo], ids=lambda c: c.__name__)
def test_no_header_of_any_kind_is_taken_for_a_signature(
    carrier: Callable[[], tuple[Good, dict[str, str]]],
):
    good, signed = carrier()
    assert good(signed)
    for name in signed:
        for strange in (s for s in STRANGE if s != signed[name]):
            assert not good(signed | {name: strange}), (name, strange[:80])
    assert not good({})


@pytest.mark.parametrize("carrier", [twilio, vonage, telnyx, plivo], ids=lambda c: c.__name__)
def test_a_signature_with_one_letter_changed_is_none(
    carrier: Callable[[], tuple[Good, dict[str, str]]],
):
    good, signed = carrier()
    names = [name for name in signed if not name.endswith("Settings")]  # which names a key besides
    dice = Random(3)
    for _ in range(500):
        name = dice.choice(names)
        letters = list(signed[name])
        # Of the last one of base64, not every bit counts.
        letters[dice.randrange(len(letters) - 3)] = chr(dice.randrange(0x21, 0x100))
        if "".join(letters).lower() != signed[name].lower():  # bearer is Bearer
            assert not good(signed | {name: "".join(letters)})


@pytest.mark.parametrize(
    "claims",
    [
        {"iat": float("nan")},
        {"iat": float("inf")},
        {"iat": "now"},
        {"iat": None},
        {"iat": 10**400},
        {"iat": True},
        {"exp": "never"},
        {"nbf": [1]},
        {"application_id": None},
        {"application_id": [OURS.id]},
        {"payload_hash": None},
        {"payload_hash": ["x"]},
        {"payload_hash": "é"},
        {"payload_hash": "\ud800"},
    ],
    ids=str,
)
def test_what_is_claimed_and_signed_but_cannot_be_is_not_good(claims: dict[str, object]):
    good, _ = vonage()
    headers = {name.lower(): value for name, value in OURS.headers(BODY, **claims).items()}
    assert not good(headers)


def test_no_body_of_any_kind_makes_a_form_raise():
    dice = Random(4)
    whole = b"CallSid=CA1&From=%2B15550001042&CallStatus=ringing&CallerName="
    for _ in range(20_000):
        body = bytearray(whole)
        for _ in range(dice.randint(1, 6)):
            body[dice.randrange(len(body))] = dice.choice(b"%&=;+\x00\xff\xc3 2Ba")
        form = form_of(bytes(body))
        assert form is None or all(isinstance(value, str) for value in form.values())
    assert form_of(b"a=1&" * 5_000) is None
