"""A phone number anyone can call, by Telnyx: a signed webhook, then audio over a socket."""
