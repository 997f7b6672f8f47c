"""`python -m bot`: talk to Echo on this machine's microphone and speaker."""
