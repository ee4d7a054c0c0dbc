"""The language es."""
