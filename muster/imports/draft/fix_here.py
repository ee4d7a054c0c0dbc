"""The rows that an import left out, opened as a draft of their own: nothing to download, nothing to decide again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from muster.core.fields import Options, options_from_json
from muster.imports import row_results, run
from muster.imports.models import Import, State, WrongState
from muster.teams.models import User

_SAID = " (rows to fix)"


def may_fix(imp: Import) -> bool:
    """Whether it has ended and left rows out."""
    return imp.state == State.DONE and not imp.undoes_id and imp.failed > 0


def fix_here(imp: Import, user: User) -> Import:
    """Make a draft of exactly the rows that were left out, as they were last edited. Raises WrongState."""
    if not may_fix(imp):
        raise WrongState(imp)
    data = "".join(row_results.rows_to_fix(imp)).encode()
    options = _decided(options_from_json(imp.options))
    return run.receive(imp.team, user, method="file", filename=_named(imp), data=data, options=options, confirm=False)


def _decided(options: Options) -> Options:
    """Keep what was decided about the rows; how the file was read is known of a file that we write."""
    return replace(
        options, encoding="utf-8", delimiter=",", header_row=1, sheet=None, quoted_rows=True, backslashes=False
    )


def _named(imp: Import) -> str:
    stem = PurePath(imp.name).stem.removesuffix(_SAID)
    return f"{stem[:200]}{_SAID}.csv"
