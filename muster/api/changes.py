"""The feed of changes: what every contact became, in the order of the commits."""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from muster.api.auth import Members, who
from muster.api.contacts import changes_json, contact_json
from muster.api.problems import Refused
from muster.api.shapes.contacts import EXAMPLE, ChangeOut, ContactOut
from muster.connect import feed, feed_use
from muster.core.sentences.language import gettext as _
from muster.teams.models import Team

log = logging.getLogger(__name__)
router = Router(tags=["Changes"])
LONGEST_WAIT = 30
SECONDS_BETWEEN_LOOKS = 0.25
SECONDS_UNTIL_RETRY = 5
MOST_WAITING = 4  # of the sixteen threads of a web process: most stay free for everybody else
waiting = threading.BoundedSemaphore(MOST_WAITING)

CHANGE_EXAMPLE: dict[str, Any] = {
    "cursor": "57.113246208921600001",
    "at": "2026-09-01T09:30:04Z",
    "source": "import",
    "by": "ana@example.edu",
    "import": "5f0c9a4e-0a63-4a6e-9f0b-6f4a2b1f2a10",
    "row": 17,
    "action": "updated",
    "id": "113246208921600001",
    "contact_id": "S1000452",
    "contact": EXAMPLE,
    "before": {"last_name": "Obi"},
    "after": {"last_name": "Okafor"},
}


class FeedItem(ChangeOut):
    """One change, and the contact as it was after it. `contact` is null when the contact is gone by now.

    `action` "there": no change, but a contact that was there when the feed was begun from nothing.
    """

    model_config = ConfigDict(json_schema_extra={"example": CHANGE_EXAMPLE})
    cursor: str
    source: Literal["import", "user", "contact"] | None  # type: ignore[assignment]  # null at the start
    id: Annotated[str, Field(description="Of the contact: stays the same, and is never used again.")]
    contact_id: str | None
    contact: ContactOut | None


class Feed(Schema):
    """Some of the feed. Keep `cursor`, and go on from there; `more`: at once, there is something."""

    items: list[FeedItem]
    cursor: str
    more: bool


class After(Schema):
    """From where, how much, and how long to wait for it."""

    after: Annotated[str, Field(max_length=50, description="A cursor, or 0: every contact once, then changes.")] = "0"
    limit: Annotated[int, Field(ge=1, le=500, description="Items in one answer.")] = 100
    wait: Annotated[int, Field(ge=0, le=LONGEST_WAIT, description="Seconds to wait while there is nothing.")] = 0


@router.get("/teams/{team}/changes", auth=Members(), response=Feed, by_alias=True)
def list_changes(request: HttpRequest, team: str, wanted: Query[After], response: HttpResponse) -> dict[str, Any]:
    """Follow every change of every contact, oldest first: nothing is skipped, and nothing comes twice.

    Where too many wait already, the answer comes at once, with `Retry-After`: the seconds to wait before asking again.
    """
    asker = who(request)
    try:
        after = feed.read_cursor(wanted.after)
    except feed.BadCursor:
        raise Refused(422, _("This cursor is not one that the feed gave.")) from None
    if wanted.wait and not _wait(asker.team, after, wanted.wait):
        response.headers["Retry-After"] = str(SECONDS_UNTIL_RETRY)
    page = feed.read(asker.team, after, wanted.limit)
    feed_use.count_read(page)
    if page.items:
        log.info("the feed of team %s: %s items, up to %s", asker.team.pk, len(page.items), page.cursor)
    return {"items": _items(asker.team, page.items), "cursor": str(page.cursor), "more": page.more}


def _wait(team: Team, after: feed.Cursor | None, seconds: int) -> bool:
    """Return when there is something, or the time is up; at once, and False, where too many wait already."""
    if not waiting.acquire(blocking=False):
        log.info("the feed of team %s: %s wait already, one is told to ask again", team.pk, MOST_WAITING)
        feed_use.count_turned_away()
        return False
    try:
        with feed_use.counted_as_waiting():
            until = time.monotonic() + seconds
            while not feed.is_news(team, after) and time.monotonic() < until:
                time.sleep(SECONDS_BETWEEN_LOOKS)
    finally:
        waiting.release()
    return True


def _items(team: Team, items: list[feed.Item]) -> list[dict[str, Any]]:
    """Look names up once for all of them."""
    contacts = iter(contact_json(team, [each.contact for each in items if each.contact]))
    changes = iter(changes_json(team, [each.change for each in items if each.change]))
    shown = []
    for each in items:
        contact = next(contacts) if each.contact else None
        change = next(changes) if each.change else _there(each)
        key = each.change.contact if each.change else each.cursor.id
        shown.append(
            {
                "cursor": str(each.cursor),
                **change,
                "id": str(key),
                "contact_id": contact["contact_id"] if contact else _last_contact_id(change),
                "contact": contact,
            }
        )
    return shown


def _there(item: feed.Item) -> dict[str, Any]:
    at: datetime | None = item.contact.updated_at if item.contact else None
    nothing = dict.fromkeys(("source", "by", "import", "row", "before", "after"))
    return {"at": at, "action": "there", **nothing}


def _last_contact_id(change: dict[str, Any]) -> str | None:
    """The ContactId of a contact that is gone, as far as this change tells it."""
    told = {**(change["before"] or {}), **(change["after"] or {})}
    return told.get("contact_id")
