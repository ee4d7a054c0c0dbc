"""Where tries at signing in are counted while the database is a file: files of their own, which wait for no import."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.cache.backends.filebased import FileBasedCache

SETS_BETWEEN_LOOKS = 50  # to list many files takes long


class Counters(FileBasedCache):
    """Files, of which those that have run out go first.

    Django drops any third of them: whoever tries many addresses would so make it forget who guessed at one.
    """

    def _cull(self) -> None:
        if random.random() * SETS_BETWEEN_LOOKS < 1:  # noqa: S311  no secret
            self.make_room()

    def make_room(self) -> None:
        """Drop what has run out where there are too many; then, if there still are, any of the others."""
        found: list[str] = self._list_cache_files()  # type: ignore[attr-defined]
        if len(found) >= self._max_entries:
            for each in found:
                with suppress(FileNotFoundError), Path(each).open("rb") as file:
                    self._is_expired(file)
            super()._cull()  # type: ignore[misc]

    def _is_expired(self, file: Any) -> bool:
        return bool(super()._is_expired(file))  # type: ignore[misc]
