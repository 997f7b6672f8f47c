"""A phone number anyone can call, by Plivo: a signed webhook, then audio over a socket."""
