"""Something that happens at just the wrong moment, in the database and not in our own code."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections


@contextmanager
def just_before(words: str, do: Callable[[], object]) -> Iterator[None]:
    """Do something as if another process did it, right before the first statement that begins so."""
    waits = [do]

    def asked(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if waits and sql.startswith(words):
            waits.pop()()
        return execute(sql, *rest)

    with connections["default"].execute_wrapper(asked):
        yield
    assert not waits
