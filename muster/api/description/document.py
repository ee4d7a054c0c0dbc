"""Writes the second half of docs/api.md, from the OpenAPI: `python -m muster.api.description.document docs/api.md`."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

MARK = "<!-- What follows is made from the OpenAPI: python -m muster.api.description.document docs/api.md -->"


def renewed(text: str) -> str:
    """Return the document with everything after the mark made anew."""
    application, reference = (import_module(f"muster.api.{name}") for name in ("application", "description.reference"))
    return text.partition(MARK)[0] + MARK + "\n" + str(reference.markdown(application.description()))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.django_settings")
    import_module("django").setup()
    document = Path(sys.argv[1])
    document.write_text(renewed(document.read_text(encoding="utf-8")), encoding="utf-8")
