"""Plivo's signatures, against two that its own Python library computes (4.x, `signature_v3`)."""

import pytest

from tests.emulators.plivo_caller import Account
from transports.plivo.signature import Signatures

TOKEN = "the-auth-token-of-a-test"
NONCE = "05429567804466091622"
VOICE = "https://echo.example/plivo/voice"
STREAM = "wss://echo.example/plivo/stream/a.b-c_d"
FORM = {
    "CallUUID": "97ceeb52-58b6-11e1-86da-77300b68f8bb",
    "From": "15550001042",
    "To": "15550009999",
    "CallStatus": "ringing",
    "CallerName": "",
}
OF_THE_FORM = "niEoGuakOIxxUxLLnQNdUFgXBN4LrI1voQwsULDzAns="
OF_THE_STREAM = "BSYkc/iDvPJSVEJrWCok8KR5/WWCi9/5lMtmajlajUY="


def good(address: str, form: dict[str, str], signature: str, nonce: str = NONCE) -> bool:
    headers = {"x-plivo-signature-v3": signature, "x-plivo-signature-v3-nonce": nonce}
    return Signatures(TOKEN).good(address, form, headers)


def test_what_plivos_library_signs_is_good():
    assert good(VOICE, FORM, OF_THE_FORM)
    assert good(STREAM, {}, OF_THE_STREAM)


def test_one_of_several_signatures_is_enough():
    assert good(VOICE, FORM, f"AAAA, {OF_THE_FORM}")


@pytest.mark.parametrize("signature", ["", ",", "AAAA", "é", OF_THE_STREAM, OF_THE_FORM[:-1]])
def test_any_other_is_not(signature: str):
    assert not good(VOICE, FORM, signature)


def test_a_signature_is_of_this_address_these_fields_and_this_nonce():
    assert not good(VOICE + "x", FORM, OF_THE_FORM)
    assert not good(VOICE, FORM | {"To": "15550009998"}, OF_THE_FORM)
    assert not good(VOICE, FORM | {"Extra": ""}, OF_THE_FORM)
    assert not good(VOICE, FORM, OF_THE_FORM, nonce="1")
    assert not good(VOICE, FORM, OF_THE_FORM, nonce="")


def test_without_a_token_nothing_is_good():
    headers = Account(auth_token="").headers("POST", VOICE, FORM)
    assert not Signatures("").good(VOICE, FORM, {k.lower(): v for k, v in headers.items()})


def test_the_emulated_account_signs_alike(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("secrets.token_hex", lambda _: NONCE)
    assert Account(auth_token=TOKEN).headers("POST", VOICE, FORM) == {
        "X-Plivo-Signature-V3": OF_THE_FORM,
        "X-Plivo-Signature-V3-Nonce": NONCE,
    }
