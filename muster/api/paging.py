"""Lists by cursor: `{"items": […], "next": "…"}`, at most 500 at a time, stable while rows are added."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Annotated, Any, TypeVar

from django.db.models import Model, QuerySet
from ninja import Query, Schema

from muster.api.problems import Refused
from muster.core.sentences.language import gettext as _
from muster.imports.store.db_text import fit

T = TypeVar("T")
Row = TypeVar("Row", bound=Model)
MOST, MOST_KEY = 500, 2**63 - 1


class Page(Schema):
    """How much of a list, and from where."""

    limit: Annotated[int, Query(ge=1, le=MOST, description="Items in one answer.")] = 50
    cursor: Annotated[str, Query(max_length=200, description="`next` of the answer before.")] = ""


def encode(*key: Any) -> str:
    """Turn the key of the last item into a cursor."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode(cursor: str, *kinds: type) -> list[Any] | None:
    """Read a cursor back: the key of the last item, or None at the beginning."""
    if not cursor:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        key = None
    if not isinstance(key, list) or [type(each) for each in key] != list(kinds) or not all(map(_fits, key)):
        raise Refused(422, _("This cursor is not one that an answer gave as `next`."))
    return key


def _fits(part: Any) -> bool:
    """Whether a part of a key is one that the database could have held."""
    return -MOST_KEY <= part <= MOST_KEY if isinstance(part, int) else fit(part) == part


def by_position(items: Iterable[T], page: Page) -> tuple[list[T], str | None]:
    """One page of a list that does not change, and the cursor of the next: its position."""
    key = decode(page.cursor, int)
    start = key[0] if key else 0
    if start < 0:
        raise Refused(422, _("This cursor is not one that an answer gave as `next`."))
    found = list(islice(items, start, start + page.limit + 1))
    return found[: page.limit], encode(start + page.limit) if len(found) > page.limit else None


def listed(items: Iterable[T], page: Page, shown: Callable[[T], dict[str, Any]]) -> dict[str, Any]:
    """One page of a list that does not change, as the API answers it."""
    found, following = by_position(items, page)
    return {"items": [shown(each) for each in found], "next": following}


def newest_first(rows: QuerySet[Row], page: Page, shown: Callable[[Row], dict[str, Any]]) -> dict[str, Any]:
    """One page of what grows, the latest first; `next` goes on below the last id."""
    key, ordered = decode(page.cursor, int), rows.order_by("-id")
    found = list((ordered.filter(id__lt=key[0]) if key else ordered)[: page.limit + 1])
    following = encode(found[page.limit - 1].pk) if len(found) > page.limit else None
    return {"items": [shown(each) for each in found[: page.limit]], "next": following}
