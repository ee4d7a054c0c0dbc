"""Consent: what was said on each channel, and the numbers that said STOP."""
