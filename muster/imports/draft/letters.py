"""Letters that look wrong: words of the file as other encodings read them, and garbled ones as they would be mended."""

from __future__ import annotations

from muster.core.cells.garbled import mended
from muster.core.table.candidates import Candidate, candidates
from muster.core.table.encoding import decode
from muster.core.workbook.archive import kind_of
from muster.imports.draft.draft import Draft
from muster.imports.models import Import
from muster.imports.store import blobs

SAMPLES = 4
_WITHIN = 1 << 20  # bytes


def encodings(imp: Import, chosen: str | None) -> list[tuple[Candidate, bool]]:
    """Return words of a text that is not UTF-8 as the likeliest encodings read them, and which one reads it now."""
    data = blobs.beginning(imp)
    if kind_of(data) or decode(data[:_WITHIN], None).encoding != "cp1252":
        return []
    now = chosen or "cp1252"
    return [(each, each.encoding == now) for each in candidates(data)]


def asked_encodings(found: Draft) -> list[tuple[Candidate, bool]]:
    """Return the same while nobody has said what the encoding is."""
    options = found.reading.options
    is_told = options.encoding is not None or found.reading.file.encoding != "cp1252"
    return [] if is_told or found.reading.file.sheet else encodings(found.imp, None)


def garbled(found: Draft) -> list[tuple[str, str]]:
    """Return a few garbled cells, each with what it is once its letters are read again."""
    samples: dict[str, str] = {}
    for verdict in found.verdicts:
        for note in verdict.notes:
            if note.code == "text-garbled":
                before = str((note.facts or {}).get("value", ""))
                after = mended(before)
                if after != before:
                    samples[before] = after
                    if len(samples) == SAMPLES:
                        return list(samples.items())
    return list(samples.items())
