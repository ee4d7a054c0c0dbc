"""The language fr."""
