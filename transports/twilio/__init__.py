"""A phone number anyone can call, by Twilio: a signed webhook, then audio over a socket."""
