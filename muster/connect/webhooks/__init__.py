"""Telling other systems what changed: whom, when, how, and how often to try."""
