"""Pieces of the core's that stand in sentences and lists."""


def shortened(text: str, most: int) -> str:
    """Return a text, or as much of the beginning of a long one as people need to know which it is."""
    return text if len(text) <= most else f"{text[:most]}…"
