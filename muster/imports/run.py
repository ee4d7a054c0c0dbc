"""The story of an import: received, looked at, confirmed, run, finished.

parse → check → plan → apply. The preview is the plan: `workspace.look` makes it, and `run` does again inside the lock.
"""

from __future__ import annotations

import json
from datetime import datetime
from itertools import islice
from typing import Any, NoReturn

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from muster.connect import outbox
from muster.contacts.schema import schema_of
from muster.core.fields import Options, options_to_json
from muster.core.outcome import Outcome, Tally
from muster.core.plan import verdicts
from muster.core.problems import BadFile
from muster.core.replan import Reading
from muster.core.table.reader import extent
from muster.imports import apply, workspace
from muster.imports.mail import write_mails
from muster.imports.models import Edit, Import, MovedOn, OtherPayload, Overtaken, State, WrongState
from muster.imports.process import lease
from muster.imports.process.gc_pause import without_collecting
from muster.imports.progress import Clock
from muster.imports.recipes import keep
from muster.imports.store import blobs, facts, quota, seen
from muster.imports.store.db_text import fit, fit_for_json
from muster.imports.store.seen import Keeper
from muster.settings import settings
from muster.teams import audit
from muster.teams.lock import locked, version_of
from muster.teams.models import Team, User


def receive(
    team: Team,
    user: User | None,
    *,
    method: str,
    filename: str,
    data: bytes,
    options: Options,
    confirm: bool,
    idempotency_key: str | None = None,
    payload: str = "",
    recipe: str = "",
) -> Import:
    """Keep what was uploaded or pasted, and look at it: at once, or in the worker when it is large.

    `confirm`: import it without asking again, unless the file is refused. The same key of the same user and team
    returns the import that the first call made; raises OtherPayload when that had another `payload`, where both tell.
    `recipe` names the one that the options are from.
    """
    imp = Import(team=team, created_by=user, method=method, filename=fit(filename)[-255:], size=len(data))
    imp.options, imp.confirmed, imp.idempotency_key = options_to_json(options), confirm, idempotency_key or None
    imp.idempotency_payload = payload
    imp.is_large, imp.recipe = _is_large(team, data, options), recipe
    if imp.is_small:
        imp.lease_until = lease.until()  # we look ourselves; should we die, a worker will
    if not (imp.idempotency_key and _has_key(imp)):
        quota.refuse_too_many(team, user, len(data))
    try:
        with transaction.atomic():
            imp.save(force_insert=True)
            blobs.keep_whole(imp, blobs.ORIGINAL, data)
    except IntegrityError:
        if not imp.idempotency_key:
            raise
        return _first_of_key(imp)
    audit.record(team, user, "import-started", filename=imp.filename, id=str(imp.pk))
    return settle(imp) if imp.is_small else imp


def _has_key(imp: Import) -> bool:
    same = {"team": imp.team, "created_by": imp.created_by, "idempotency_key": imp.idempotency_key}
    return Import.objects.filter(**same).exists()


def _first_of_key(imp: Import) -> Import:
    """Return the import that was made with the same key. Raises OtherPayload."""
    first = Import.objects.get(team=imp.team, created_by=imp.created_by, idempotency_key=imp.idempotency_key)
    if first.idempotency_payload and imp.idempotency_payload not in ("", first.idempotency_payload):
        raise OtherPayload
    return first


def settle(imp: Import, clock: Clock | None = None) -> Import:
    """Look, and keep what was seen: ready, refused, or on to the queue."""
    clock = clock or Clock(imp)
    values, keeper = _seen(imp, clock)
    looked = imp.revision  # the one looked at, which may be later than the one that was asked for
    waiting = Import.objects.filter(pk=imp.pk, revision=looked, state__in=(State.CHECKING, *DRAFT))
    free = {"lease_until": None, "worker": "", "attempts": 0, "lost": 0}
    with transaction.atomic():
        if waiting.update(**{"looked": looked, "seconds": clock.seconds, **free, **values}) and not imp.is_small:
            kept = keeper is not None and values["state"] == State.READY
            pieces = keeper.pieces(values.get("revision", looked), values["looked_version"]) if kept and keeper else ()
            seen.keep(imp, pieces)
    imp.refresh_from_db()
    return imp


def look_anew(imp: Import) -> Import:
    """Look at a draft again, as it and the contacts are now: at once, or in the worker when it is large."""
    if imp.is_small:
        return settle(imp)
    imp.move(*DRAFT, to=State.CHECKING, lease_until=None)
    return imp


def _seen(imp: Import, clock: Clock) -> tuple[dict[str, Any], Keeper | None]:
    try:
        version, outcome, keeper = _foreseen(imp, clock)
    except BadFile as bad:
        return {"state": State.REFUSED, "confirmed": False, **counts(Outcome.of_bad_file(bad.problems))}, None
    values = {"looked_version": version, **counts(outcome)}
    if not imp.confirmed:
        return {"state": State.READY, **values}, keeper
    if keeper and keeper.told.as_shown() != imp.previewed.get(SHOWN):
        again = {"confirmed": False, "confirmed_by": None, "confirmed_at": None}
        return {
            "state": State.READY,
            **again,
            "revision": imp.revision + 1,
            "looked": imp.revision + 1,
            **values,
        }, keeper
    by, at = imp.confirmed_by or imp.created_by, imp.confirmed_at or timezone.now()
    confirmed = {"confirmed_by": by, "confirmed_at": at, "previewed": _preview(outcome)}
    return {"state": State.WAITING, **confirmed, **values}, keeper


def _foreseen(imp: Import, clock: Clock) -> tuple[int, Outcome, Keeper | None]:
    """Sum up what the import would do, and say at which version of the team; pack the rows of a large one for pages."""
    if not imp.confirmed and imp.is_small:
        look = workspace.look(imp, clock)
        return look.version, Outcome.of(look.plan), None
    version, read = version_of(imp.team_id), workspace.read(imp, clock)
    clock.begin("planning", len(read.checked.records))
    with clock.timed("plan"), without_collecting:  # no plan is kept: it would be all in memory
        known = facts.of(imp.team, read.checked.asked(), imp.created_at).known
        tally, keeper = Tally(read.checked.notes), None
        planned = verdicts(read.checked, known, read.schema, read.options)
        if imp.confirmed and SHOWN not in imp.previewed:
            tally.add(planned)
        else:
            keeper = Keeper(read)
            while some := list(islice(planned, seen.WINDOW)):
                tally.add(some)
                keeper.add(some)
        return version, tally.outcome(), keeper


def recount(imp: Import) -> Import:
    """Keep the counts of a draft that was edited. The rest of its summary waits until somebody asks for it."""
    if imp.state != State.READY:
        return settle(imp) if imp.state == State.REFUSED else imp
    try:
        look = workspace.look(imp)
    except BadFile:
        return settle(imp)
    counted = look.counts.outcomes()
    Import.objects.filter(pk=imp.pk, revision=look.revision, state=State.READY).update(**counted)
    for name, count in counted.items():
        setattr(imp, name, count)
    return imp


def summed_up(imp: Import) -> Import:
    """Return a draft with a summary that is true of it now. Nothing is written: edits keep only the four counts.

    A large one says what the worker saw, until it is confirmed or looked at anew.
    """
    if imp.state != State.READY or not imp.is_small:
        return imp
    looked, version, summary = imp.looked, version_of(imp.team_id), imp.summary
    if looked == imp.revision and imp.looked_version == version:
        return imp
    before = imp.looked_version
    values, _ = _seen(imp, Clock(imp, is_told=False))
    is_other = looked != imp.revision or json.loads(json.dumps(values["summary"])) != summary
    for name, value in values.items():
        setattr(imp, name, value)
    imp.drift = max(imp.looked_version - before, 0) if is_other else 0
    return imp


def keep_summary(imp: Import) -> Import:
    """Keep a summary that is true of the draft now. Where the draft comes to something else, that is a new revision."""
    drift, imp.drift = summed_up(imp).drift, 0
    if not imp.is_small:
        return imp
    settle(imp)
    same = Import.objects.filter(pk=imp.pk, state=State.READY, revision=imp.revision)
    same.update(revision=imp.revision + drift, looked=imp.revision + drift)
    imp.refresh()
    return imp


def asks_first(imp: Import) -> bool:
    """Whether a person should confirm first: the import opts somebody back in, or clears an assignment."""
    notes = imp.summary.get("note_counts", {})
    return bool(notes.get("opted-back-in") or notes.get("staff-cleared"))


def revise(imp: Import, user: User, options: Options, revision: int | None = None) -> Import:
    """Change options or column answers of a draft, and look again. Raises WrongState, and MovedOn."""
    if _is_short(imp.size):
        imp.is_large = _is_large(imp.team, blobs.original(imp), options)  # another header row makes another table
    touch(imp, revision, options=options_to_json(options), is_large=imp.is_large)
    return settle(imp) if imp.is_small else imp


def touch(imp: Import, revision: int | None = None, **values: Any) -> None:
    """Begin a new revision of a draft, from the given one. Raises WrongState, and MovedOn at another revision.

    A large one goes back to the worker to be looked at.
    """
    if not imp.is_small:
        values |= {"state": State.CHECKING, "lease_until": None}
    drafts = Import.objects.filter(pk=imp.pk, state__in=DRAFT)
    at = drafts if revision is None else drafts.filter(revision=revision)
    changed = at.update(revision=F("revision") + 1, **values)
    imp.refresh()
    if not changed:
        _say_why_not(imp, revision)


def _say_why_not(imp: Import, revision: int | None) -> NoReturn:
    if revision is not None and imp.state in DRAFT and imp.revision != revision:
        raise MovedOn(imp, revision)
    raise WrongState(imp)


def confirm(imp: Import, user: User, revision: int | None = None) -> Import:
    """Put a draft, or an import that failed through our fault, into the queue.

    Raises WrongState, and MovedOn when the draft is at another revision than the given one, the one that was shown.
    A large draft whose contacts have changed since is looked at by the worker first: it goes on by itself where it
    comes to what was shown, and else is a draft again, of a new revision.
    """
    summed_up(imp)
    again = imp.state == State.FAILED and not imp.original_removed_at
    if again and imp.looked != imp.revision and not imp.undoes_id:
        return _look_again(imp)
    looks_first = revision is not None and not imp.is_small and imp.looked_version != version_of(imp.team_id)
    states = (State.READY, State.FAILED) if again else (State.READY,)
    confirmed: dict[str, Any] = {"confirmed_by": user, "confirmed_at": timezone.now()}
    shown, to = None if again else revision, State.WAITING
    if looks_first and not again and imp.state == State.READY:
        to, confirmed = State.CHECKING, {**confirmed, "confirmed": True, "lease_until": None}
        confirmed["previewed"] = {SHOWN: seen.of(imp).told.as_shown()}
    else:
        confirmed["previewed"] = _preview(Outcome.from_json(imp.summary))
    try:
        moved = imp.move(*states, to=to, revision=shown, **confirmed, **_AFRESH)
    except IntegrityError:  # an undo that failed, and was asked for anew meanwhile
        moved = False
    if not moved:
        imp.refresh_from_db()
        _say_why_not(imp, shown)
    _let_go(imp)
    audit.record(imp.team, user, "import-confirmed", filename=imp.filename, id=str(imp.pk))
    return imp


def _look_again(imp: Import) -> Import:
    """Give a file to the workers that none of them could look at: there is no preview of it to confirm."""
    if not imp.move(State.FAILED, to=State.CHECKING, lease_until=None, finished_at=None, **_AFRESH):
        imp.refresh_from_db()
        raise WrongState(imp)
    return imp


def cancel(imp: Import, user: User) -> Import:
    """Give up an import that has not begun. Raises WrongState."""
    states, ended = (State.CHECKING, State.READY, State.REFUSED, State.WAITING), timezone.now()
    if not imp.move(*states, to=State.CANCELLED, lease_until=None, finished_at=ended, original_removed_at=ended):
        imp.refresh_from_db()
        raise WrongState(imp)
    _let_go(imp)
    blobs.drop(imp, blobs.ORIGINAL)  # nothing can be made of it any more
    Edit.objects.filter(of=imp).delete()
    audit.record(imp.team, user, "import-cancelled", filename=imp.filename, id=str(imp.pk))
    return imp


def _let_go(imp: Import) -> None:
    """Keep what pages show of a draft no longer: nobody will look at it as it is."""
    workspace.drop(imp)
    if not imp.is_small:
        seen.drop(imp)


def run(imp: Import, clock: Clock | None = None) -> Outcome:
    """Do it: every good row, or none if anything unforeseen goes wrong. For whoever has claimed the import."""
    with without_collecting:  # until all of it is let go
        return _run(imp, clock or Clock(imp))


def _run(imp: Import, clock: Clock) -> Outcome:
    read = _read_once(imp, clock)  # before the lock: it asks nothing about contacts
    with locked(imp.team) as team:  # one import at a time per team; one transaction
        imp.team = team
        if schema_of(team) != read.schema:  # a field was changed since
            read = _read_once(imp, clock)
        with clock.timed("plan"):
            # Now, as contacts may have changed since.
            known = facts.of(team, read.checked.asked(), imp.created_at, read.checked.given)
        at = timezone.now()
        outcome = apply.apply(imp, team, read, known, at=at, clock=clock)
        if known.known.erased_since:
            blobs.remove_original(imp)
        keep.keep(imp, read, outcome, at)
        return finish(imp, outcome, at, clock)


def _read_once(imp: Import, clock: Clock) -> Reading:
    """Read the file; the import is about to run, and nobody will look at the draft again."""
    try:
        return workspace.read(imp, clock)
    finally:
        workspace.drop(imp)


def finish(imp: Import, outcome: Outcome, at: datetime, clock: Clock) -> Outcome:
    """Keep the counts and the mails that are due, in the transaction that wrote the contacts. Raises Overtaken."""
    imp.differs = _differences(imp.previewed, _preview(outcome))
    counted = counts(outcome)
    mine = Import.objects.filter(pk=imp.pk, state=State.IMPORTING, fence=imp.fence)
    done = mine.update(
        state=State.DONE,
        finished_at=timezone.now(),  # not `at`, when saving began
        lease_until=None,
        seconds={**imp.seconds, **clock.seconds},
        first_change=imp.first_change,
        differs=imp.differs,
        **counted,
    )
    if not done:
        raise Overtaken(f"import {imp.pk} is no longer ours")
    if not imp.undoes_id:
        write_mails(imp, outcome, at)
    tell_end(imp, outbox.UNDONE if imp.undoes_id else outbox.FINISHED, counted)
    return outcome


def tell_end(imp: Import, event: str, counted: dict[str, Any]) -> None:
    """Put in line for webhooks how an import ended; in the caller's transaction."""
    totals = {name: counted.get(name, 0) for name in _TOTALS}
    undoes = {"undoes": str(imp.undoes_id)} if imp.undoes_id else {}
    told = {"import": str(imp.pk), "method": imp.method, "totals": totals, **undoes}
    outbox.write(Team.objects.get(pk=imp.team_id), event, told)  # as it is now: with the version of this change


def counts(outcome: Outcome) -> dict[str, Any]:
    """Return the columns of an import that hold an outcome."""
    return {**{name: outcome.totals.get(name, 0) for name in _TOTALS}, "summary": fit_for_json(outcome.to_json())}


def _preview(outcome: Outcome) -> dict[str, int]:
    return {**outcome.totals, **outcome.problem_counts, **outcome.note_counts}


def _differences(previewed: dict[str, int], now: dict[str, int]) -> dict[str, list[int]]:
    """What is not as it was confirmed: {count or code: [confirmed, now]}."""
    names = {*previewed, *now} if previewed else set()
    return {
        name: [previewed.get(name, 0), now.get(name, 0)]
        for name in sorted(names)
        if previewed.get(name, 0) != now.get(name, 0)
    }


def _is_short(size: int) -> bool:
    return size <= settings().max_file_bytes


def _is_large(team: Team, data: bytes, options: Options) -> bool:
    """Whether there is more in it than a page can wait for, by rows and cells: bytes alone do not tell."""
    if not _is_short(len(data)):
        return True
    rows, cells = extent(data, schema_of(team), options)
    return rows > settings().page_rows or cells > settings().page_cells


SHOWN = "shown"  # in `previewed`: what was shown, while the worker looks whether it still is what would happen
_AFRESH: dict[str, Any] = {"attempts": 0, "lost": 0, "failure": ""}
DRAFT = (State.READY, State.REFUSED)
_TOTALS = ("rows", "created", "updated", "unchanged", "failed")
