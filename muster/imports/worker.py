"""The worker: claims what waits, keeps its claim alive, runs it, tidies up, sleeps. Beside it mails are sent."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
    transaction,
)
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from muster.connect import background, outbox
from muster.connect.bell import BELL, let_go
from muster.contacts import tombstones
from muster.core.outcome import Outcome
from muster.core.problems import BadFile
from muster.core.sentences.failures import FAILURE, GIVEN_UP, REFUSAL
from muster.core.verdicts import OUTCOMES
from muster.imports import mail, progress, retention, run, undo
from muster.imports.mailing import mail_sender
from muster.imports.models import Import, Overtaken, State
from muster.imports.process import aside, lease, turns
from muster.imports.process.budget import processor_time
from muster.imports.store import blobs
from muster.settings import settings
from muster.teams import lock

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 0.25
SECONDS_BETWEEN_IDLE_LOOKS = 5  # where nothing is written: a lease runs out by time alone
SECONDS_BETWEEN_PRUNINGS = 3600
SECONDS_FOR_LOCK = 2  # of a team, with its import in hand: after that another is taken
MOST_ATTEMPTS = 20


def work(*, once: bool = False, small: bool = False, stop: threading.Event | None = None) -> None:
    """Work until told to stop; `once`: until nothing is left to do; `small`: leave alone what takes long."""
    stop = stop or _until_asked()
    mail.prepare()
    if once:
        _work(stop, once=True, small=small)
        aside.work_off()
        mail_sender.send_due()
        background.drain()
    else:
        with background.beside(mails=mail_sender.run, aside=aside.run):
            _work(stop, once=False, small=small)


def _work(stop: threading.Event, *, once: bool, small: bool) -> None:
    name, prune_at = _name(), 0.0
    while not stop.is_set():
        seen = BELL.count()
        let_go()
        try:
            busy = one_round(name, small=small)
            if time.monotonic() >= prune_at:
                retention.prune()
                prune_at = time.monotonic() + SECONDS_BETWEEN_PRUNINGS
        except (OperationalError, InterfaceError) as error:
            log.warning("the database did not answer, again soon: %s", error)
            connections.close_all()
            busy = False
            stop.wait(1)
        if once and not busy:
            return
        if not busy:
            BELL.wait(seen, stop, SECONDS_BETWEEN_IDLE_LOOKS)


def _until_asked() -> threading.Event:
    """Asked to end, finish what is in hand first. Killed instead, another worker takes it over."""
    stop = threading.Event()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
    return stop


def one_round(name: str, *, small: bool = False) -> bool:
    """Run one import or look at one file. Return whether there was anything to do.

    `small`: an import of a large file, and a file that a page did not look at, are left to others.
    """
    found = claim(name, small=small)
    if found:
        with processor_time(settings().worker_seconds):
            carry_out(found)
        return True
    unseen = None if small else claim_unseen(name)
    if unseen:
        with processor_time(settings().worker_seconds):
            look_at(unseen)
        return True
    return False


def claim(name: str, only: Import | None = None, *, small: bool = False) -> Import | None:
    """Take a waiting import whose team has none running, or one whose worker has fallen silent; the teams in turn."""
    waiting, silent = Q(state=State.WAITING), Q(lease.has_run_out(), state=State.IMPORTING)
    candidates = Import.objects.filter(waiting | silent)
    if only is not None:
        candidates = candidates.filter(pk=only.pk)
    if small:
        candidates = candidates.filter(is_large=False).exclude(undoes__is_large=True)
    if not candidates.exists():
        return None
    others = Import.objects.filter(team=OuterRef("team"), state=State.IMPORTING).exclude(pk=OuterRef("pk"))
    free = candidates.filter(~Exists(others))
    return next((found for team in turns.in_turn(free, "confirmed_at") if (found := _claim_of(team, free, name))), None)


def _claim_of(team: int, free: QuerySet[Import], name: str) -> Import | None:
    """Take the oldest of a team; None while somebody else is changing its contacts: no worker waits for that."""
    try:
        with transaction.atomic():
            if not lock.is_free(team):
                return None
            found = free.filter(team=team).order_by("confirmed_at").select_for_update(of=("self",), skip_locked=True)
            oldest = found.first()
            taken = _take(oldest, name) if oldest else None
    except IntegrityError:
        return None  # another worker has just begun an import of the same team
    if taken:
        turns.served(team)
    return taken


def run_now(imp: Import) -> Import:
    """Carry out a waiting import in this process, or wait while another does it. Return it as it has ended."""
    name = _name()
    mail.prepare()
    while imp.state in (State.CHECKING, State.WAITING, State.IMPORTING):
        if imp.state == State.CHECKING and _take_unseen(imp, name):
            run.settle(imp)
        elif claim(name, only=imp):
            carry_out(Import.objects.get(pk=imp.pk))
        else:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        imp.refresh_from_db()
    return imp


def _take(imp: Import, name: str) -> Import | None:
    """Make it ours: a new fence, so that nobody who held it before can finish it. None: it cost too many workers."""
    now, lost = timezone.now(), _lost(imp, name)
    if lost >= settings().lost_workers:
        _give_up(imp, lost)
        return None
    imp.move(
        State.WAITING,
        State.IMPORTING,
        to=State.IMPORTING,
        worker=name,
        lease_until=lease.until(),
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
        lost=lost,
        started_at=now,
    )
    return imp


def _lost(imp: Import, name: str) -> int:
    """Return how many workers have ended over an import that is free: the last one too, if it had not let go of it."""
    return imp.lost + (imp.lease_until is not None and imp.worker != name)


def _give_up(imp: Import, lost: int) -> None:
    log.error("import %s has cost %s workers and is given up", imp.pk, lost)
    _fail(imp, GIVEN_UP.format(tries=lost))


def claim_unseen(name: str) -> Import | None:
    """Take a file that nobody is looking at: the oldest of a team, and the teams in turn."""
    unseen = Import.objects.filter(lease.is_free(), state=State.CHECKING)
    for team in turns.in_turn(unseen, "created_at"):
        for imp in unseen.filter(team=team).order_by("created_at")[:5]:
            if _take_unseen(imp, name):
                turns.served(team)
                return imp
    return None


def _take_unseen(imp: Import, name: str) -> bool:
    mine = Import.objects.filter(pk=imp.pk, state=State.CHECKING, fence=imp.fence)
    lost = _lost(imp, name)
    if lost >= settings().lost_workers:
        _give_up(imp, lost)
        return False
    ours = {"worker": name, "lease_until": lease.until(), "fence": F("fence") + 1, "attempts": F("attempts") + 1}
    taken = mine.filter(lease.is_free()).update(lost=lost, **ours)
    imp.refresh_from_db()
    return bool(taken)


def carry_out(imp: Import) -> Outcome | None:
    """Run an import that is ours, whatever comes of it. Return its outcome; None when it was not done."""
    clock = progress.Clock(imp)
    try:
        with heartbeat(imp), lock.patience(SECONDS_FOR_LOCK, settings().worker_seconds):
            outcome = (undo.run if imp.undoes_id else run.run)(imp, clock)
        tell_finished(imp, outcome, clock)
        return outcome
    except Overtaken as error:
        log.warning("%s", error)
    except BadFile as bad:
        _refuse(imp, bad)
    except (OperationalError, InterfaceError) as error:
        log.warning("import %s: %s", imp.pk, error)
        _put_back(imp, State.WAITING, is_fault=not _lost_the_lock(error))
    except MemoryError:
        raise  # there may be too little even to say so: the process ends, and the claim counts as lost
    except Exception:
        log.exception("import %s failed", imp.pk)
        _fail(imp)
    finally:
        progress.forget(imp)
    return None


def tell_finished(imp: Import, outcome: Outcome, clock: progress.Clock) -> None:
    """One line in the log: how much it was, and how long each phase took; nobody's name."""
    counts = " ".join(f"{name}={outcome.totals.get(name, 0)}" for name in ("rows", *OUTCOMES))
    seconds = " ".join(f"{phase}={each:.2f}s" for phase, each in clock.seconds.items())
    log.info("import %s finished: team=%s method=%s %s %s", imp.pk, imp.team_id, imp.method, counts, seconds)


def look_at(imp: Import) -> None:
    """Look at a file that is ours to look at, whatever comes of it."""
    confirmed = imp.confirmed
    try:
        with heartbeat(imp):
            run.settle(imp)
        if confirmed and imp.state == State.REFUSED:
            with transaction.atomic():
                _tell_refusal(imp)
    except (OperationalError, InterfaceError) as error:
        log.warning("file of import %s: %s", imp.pk, error)
        _put_back(imp, State.CHECKING)
    except MemoryError:
        raise
    except Exception:
        log.exception("file of import %s was not looked at", imp.pk)
        _fail(imp)


def _ours(imp: Import) -> Q:
    return Q(pk=imp.pk, state__in=(State.CHECKING, State.IMPORTING), fence=imp.fence)


def _refuse(imp: Import, bad: BadFile) -> None:
    """The fields changed since it was confirmed, so that the file has problems now."""
    outcome = Outcome.of_bad_file(bad.problems)
    refused = {"state": State.REFUSED, "confirmed": False, "lease_until": None, **run.counts(outcome)}
    with transaction.atomic():
        if Import.objects.filter(_ours(imp)).update(failure=REFUSAL, **refused):
            imp.summary = refused["summary"]
            _tell_refusal(imp)


def _tell_refusal(imp: Import) -> None:
    """Tell those who thought that it would be imported without being asked again."""
    log.info("import %s is refused after it was confirmed", imp.pk)
    mail.write_refusal(imp, timezone.now())
    run.tell_end(imp, outbox.FAILED, {})


def _lost_the_lock(error: Exception) -> bool:
    """Whether somebody else was changing the team's contacts: a matter of time, however often it happens."""
    return connection.vendor == "postgresql" and isinstance(error, OperationalError) and lock.is_busy(error)


def _put_back(imp: Import, state: State, *, is_fault: bool = True) -> None:
    """The database was busy or away: try again, but not for ever."""
    if is_fault and imp.attempts >= MOST_ATTEMPTS:
        _fail(imp)
    else:
        Import.objects.filter(_ours(imp)).update(
            state=state, lease_until=None, attempts=F("attempts") - int(not is_fault)
        )


def _fail(imp: Import, why: str = FAILURE) -> None:
    now = timezone.now()
    with transaction.atomic():
        failed = Import.objects.filter(_ours(imp))
        if failed.update(state=State.FAILED, failure=why, lease_until=None, finished_at=now):
            imp.failure = "" if why == FAILURE else why
            _let_go_of_erased(imp)
            mail.write_failure(imp, now)
            run.tell_end(imp, outbox.FAILED, {})


def _let_go_of_erased(imp: Import) -> None:
    """Keep nothing of a file whose people may have been erased since it came. Unread: it may have ended its worker."""
    if tombstones.any_since(imp.team, imp.created_at) and not imp.undoes_id:
        blobs.remove_original(imp)
        kept = {key: each for key, each in imp.summary.items() if key not in ("problems", "notes", "causes")}
        Import.objects.filter(pk=imp.pk).update(summary=kept)


@contextmanager
def heartbeat(imp: Import) -> Iterator[None]:
    """Renew the lease while the block runs, from a thread of its own."""
    stop = threading.Event()
    beating = threading.Thread(target=_beat, args=(imp, stop), name="muster-heartbeat", daemon=True)
    beating.start()
    try:
        yield
    finally:
        stop.set()
        beating.join()


def _beat(imp: Import, stop: threading.Event) -> None:
    states = (State.CHECKING, State.IMPORTING)
    held = Import.objects.filter(pk=imp.pk, fence=imp.fence, state__in=states)
    try:
        while not stop.wait(settings().lease_seconds / 4):
            try:
                held.update(lease_until=lease.until())
            except OperationalError as error:
                # On SQLite that is our own transaction, and while it holds the lock nobody else can claim anything.
                log.info("lease of %s not renewed: %s", imp.pk, error)
                let_go()
    finally:
        connections.close_all()


def _name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"
