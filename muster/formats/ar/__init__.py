"""The language ar."""
