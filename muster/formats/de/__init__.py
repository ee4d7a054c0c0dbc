"""The language de."""
