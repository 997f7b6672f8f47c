"""A phone number anyone can call, by Vonage: a signed webhook, then audio over a socket."""
