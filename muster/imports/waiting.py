"""An import that is under way, as its page and the script on it show it."""

from __future__ import annotations

from typing import Any

from muster.imports.models import Import, State
from muster.imports.progress import progress

PHASES = {
    "reading": "Reading the file",
    "parse": "Reading the file",
    "checking": "Checking rows",
    "check": "Checking rows",
    "planning": "Comparing with your contacts",
    "plan": "Comparing with your contacts",
    "saving": "Saving contacts",
    "apply": "Saving contacts",
}


def progress_page(imp: Import) -> dict[str, Any]:
    """Return what the page needs."""
    return {"imp": imp, "progress": progress_json(imp), "can_cancel": imp.state != State.IMPORTING}


def progress_json(imp: Import) -> dict[str, Any]:
    """Return where an import stands: its state, a sentence, and how far, out of how much; "of" is 0 while unknown."""
    told = progress(imp)
    return {"state": imp.state, "text": _sentence(imp, told), "done": told["done"], "of": told["of"]}


def _sentence(imp: Import, told: dict[str, Any]) -> str:
    if imp.state == State.WAITING:
        return "Waiting for its turn"
    if imp.state not in (State.CHECKING, State.IMPORTING):
        return "Finished"
    phase = PHASES.get(told["phase"], "Starting")
    return f"{phase}, {told['done']:,} of {told['of']:,}" if told["of"] and told["phase"] else phase
