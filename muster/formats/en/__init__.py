"""The language en."""
