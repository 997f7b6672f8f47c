"""What a phone cannot do without is said in one line, and names the setting."""

import pytest
from pydantic import SecretStr

from transports.plivo.settings import PlivoSettings
from transports.telnyx.settings import TelnyxSettings
from transports.twilio.settings import TwilioSettings
from transports.vonage.settings import VonageSettings

HTTPS, HTTP = "https://echo.example", "http://echo.example"
SIGNED = SecretStr("a-secret-that-a-carrier-signs-with")
KEY = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

WHOLE = [
    TwilioSettings(account_sid="AC1", auth_token=SIGNED),
    VonageSettings(application_id="1", signature_secret=SIGNED),
    TelnyxSettings(public_key=KEY),
    PlivoSettings(auth_id="MA1", auth_token=SIGNED),
]
UNSIGNED = [
    (TwilioSettings(account_sid="AC1"), "TWILIO_AUTH_TOKEN"),
    (VonageSettings(application_id="1"), "VONAGE_SIGNATURE_SECRET"),
    (PlivoSettings(auth_id="MA1"), "PLIVO_AUTH_TOKEN"),
]
Phone = TwilioSettings | VonageSettings | TelnyxSettings | PlivoSettings


@pytest.mark.parametrize("phone", WHOLE, ids=lambda phone: type(phone).__name__)
def test_a_phone_needs_a_public_address_with_https(phone: Phone):
    assert phone.missing(HTTPS) is None
    assert "needs PUBLIC_URL" in str(phone.missing(""))
    assert "PUBLIC_URL with https" in str(phone.missing(HTTP))
    assert phone.out_hz


@pytest.mark.parametrize(("phone", "setting"), UNSIGNED, ids=lambda each: str(each)[:6])
def test_a_phone_needs_what_its_carrier_signs_with_unless_that_is_not_asked_for(
    phone: Phone, setting: str
):
    assert setting in str(phone.missing(HTTPS))
    assert phone.model_copy(update={"verify": False}).missing(HTTP) is None


@pytest.mark.parametrize("phone", [TwilioSettings(), VonageSettings(), PlivoSettings()])
def test_without_an_account_there_is_no_phone(phone: Phone):
    assert phone.out_hz is None
