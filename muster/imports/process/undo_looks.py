"""What undoing a large import would do: asked for by a page or the API, worked out by a worker, and shown then."""

from __future__ import annotations

import logging
import threading
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from muster.imports import undo
from muster.imports.models import Import, UndoLook, WrongState, can_undo
from muster.imports.process import lease
from muster.imports.process.aside import beside
from muster.teams.lock import version_of

log = logging.getLogger(__name__)
SHOWN_FOR = timedelta(minutes=15)  # after that it is worked out anew


@dataclass(frozen=True, slots=True)
class Preview:
    """What is known of an undo: its plan and when that was made, or how far the worker is, if it was asked."""

    plan: undo.UndoPlan | None = None
    at: datetime | None = None
    is_asked: bool = False
    has_changed: bool = False  # the team's contacts, since
    done: int = 0
    of: int = 0


def preview(imp: Import) -> Preview:
    """Return what is known. Of a small import that is all of it. Writes nothing. Raises WrongState."""
    if undo.is_quick(imp):
        return Preview(undo.look(imp))
    if not can_undo(imp):
        raise WrongState(imp)
    found, of = UndoLook.objects.filter(of=imp).first(), imp.created + imp.updated
    if found is None or _is_old(found):
        return Preview(of=of)
    if found.told is None:
        return Preview(is_asked=True, done=found.done, of=of)
    has_changed = found.version != version_of(imp.team_id)
    return Preview(undo.UndoPlan(**found.told), found.told_at, has_changed=has_changed, of=of)


def ask(imp: Import) -> None:
    """Have it worked out anew, unless it is being done already. Raises WrongState."""
    if not can_undo(imp):
        raise WrongState(imp)
    now = timezone.now()
    made, is_new = UndoLook.objects.get_or_create(of=imp, defaults={"asked_at": now})
    if not is_new and (made.told is not None or _is_old(made)):
        same = UndoLook.objects.filter(of=imp, fence=made.fence)
        afresh = {"told": None, "told_at": None, "done": 0, "lease_until": None, "fence": made.fence + 1}
        same.update(asked_at=now, **afresh)


@beside
def work_off(stop: threading.Event | None = None) -> int:
    """Work out what was asked for, until nothing is left; return how many."""
    done = 0
    while not (stop and stop.is_set()) and UndoLook.objects.filter(told__isnull=True).exists():
        free = (
            UndoLook.objects.filter(lease.is_free(), told__isnull=True).select_related("of__team").order_by("asked_at")
        )
        found = next((each for each in free[:20] if _claim(each)), None)
        if found is None:
            break
        done += _work_out(found, stop)
    return done


class _Stopped(Exception):  # noqa: N818  says what happened
    """The worker is to end, or somebody else works it out."""


def _is_old(found: UndoLook) -> bool:
    return (found.told_at or found.asked_at) < timezone.now() - SHOWN_FOR


def _claim(found: UndoLook) -> bool:
    mine = UndoLook.objects.filter(lease.is_free(), pk=found.pk, fence=found.fence, told__isnull=True)
    taken = mine.update(lease_until=lease.until(), fence=found.fence + 1)
    found.fence += 1
    return bool(taken)


def _work_out(found: UndoLook, stop: threading.Event | None) -> bool:
    mine = UndoLook.objects.filter(pk=found.pk, fence=found.fence)

    def tick(done: int) -> None:
        if (stop and stop.is_set()) or not mine.update(done=done, lease_until=lease.until()):
            raise _Stopped

    version = version_of(found.of.team_id)
    try:
        plan = undo.look(found.of, tick)
    except _Stopped:
        mine.update(lease_until=None)
        return False
    except WrongState:  # undone meanwhile
        mine.delete()
        return False
    told = {"told": asdict(plan), "told_at": timezone.now(), "version": version, "lease_until": None}
    return bool(mine.update(**told))
