"""Muster's turn: an import as a worker does it, from the kept bytes to the mail that is due; and the preview."""

from __future__ import annotations

import gc
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
import phonenumbers

os.environ["DJANGO_SETTINGS_MODULE"] = "muster.django_settings"
django.setup()

from django.core.management import call_command  # noqa: E402  the models need the line above
from django.db import connection, connections  # noqa: E402
from django.db.models import Max  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench import people, stops  # noqa: E402
from bench.meter import Cost, Meter, forget_peak, peak_mb, postmaster_of, rss_mb  # noqa: E402
from bench.turns import Deed, play  # noqa: E402
from muster.contacts.consent import stop_list  # noqa: E402
from muster.contacts.models import Change, Contact, CustomField, StopWord  # noqa: E402
from muster.core import Options, phones  # noqa: E402
from muster.core.outcome import Outcome  # noqa: E402
from muster.core.phones import spellings  # noqa: E402
from muster.imports import mail, progress, run, worker, workspace  # noqa: E402
from muster.imports.models import State  # noqa: E402
from muster.imports.store.contact_writer import Writer  # noqa: E402
from muster.teams.models import Membership, Role, Team, User  # noqa: E402

OPTIONS = Options(blank_mobile="infer", allow_mobile_updates=True)
SLUG, EMAIL = "bench", "alice@example.edu"


@dataclass(slots=True)
class CpuClock(progress.Clock):
    """A clock that adds up CPU besides seconds."""

    meter: Meter = field(kw_only=True)
    stages: dict[str, Cost] = field(default_factory=dict)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        with self.meter.measured(self.stages.setdefault(name, Cost())), progress.Clock.timed(self, name):
            yield


def set_up(fields: int) -> dict[str, Any]:
    """Make an empty installation with one team, its fields and its staff."""
    call_command("migrate", verbosity=0)
    call_command("migrate", database="progress", verbosity=0)
    call_command("migrate", database="calls", verbosity=0)
    team = Team.objects.create(slug=SLUG, name="Bench")
    add_fields(fields)
    for number, staff in enumerate(people.STAFF):
        user = User.objects.create(email=EMAIL if number == 0 else f"user{number}@example.edu", first_name=staff)
        Membership.objects.create(
            team=team, user=user, role=Role.USER if number else Role.ADMIN, staff_id=staff
        )  # the first is Alice, who imports
    return versions()


def add_fields(most: int = len(people.CUSTOM)) -> None:
    """Give the team the fields it does not have yet."""
    team = Team.objects.get(slug=SLUG)
    have = CustomField.objects.filter(team=team).count()
    for position, (name, kind, choices) in enumerate(people.CUSTOM[have:most], have):
        CustomField.objects.create(
            team=team, name=name, name_folded=name.casefold(), kind=kind, choices=list(choices), position=position
        )


def stop(many: int, erased: int) -> int:
    """Put many numbers on the stop list, some of them as hashes, as after an erasure; return how many there are."""
    team, now = Team.objects.get(slug=SLUG), timezone.now()
    read = (phones.read(each, team.home_region).e164 for each in stops.numbers(many))
    keys = {spellings.key(each): each for each in read if each}
    words = (StopWord(team=team, channel="text", key=key, number=each, at=now) for key, each in keys.items())
    StopWord.objects.bulk_create(words, batch_size=5_000)
    stop_list.forget_numbers(team, list(keys.values())[-erased:])
    return len(keys)


def versions() -> dict[str, Any]:
    found: dict[str, Any] = {
        "python": platform.python_version(),
        "django": django.__version__,
        "phonenumbers": phonenumbers.__version__,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        found[connection.vendor] = cursor.fetchone()[0]
    return found


def meter() -> Meter:
    """Open the connections that an import uses, so that opening them is nobody's cost, and return the clocks."""
    with connections["progress"].cursor() as cursor:
        cursor.execute("SELECT 1")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT 1")
            return Meter()
        cursor.execute("SELECT pg_backend_pid()")
        return Meter(postmaster_of(cursor.fetchone()[0]))


def warm_up(path: str) -> None:
    """Do what a process does once, before anything is measured: number plans, templates, addresses, a first import."""
    phones.prepare()
    mail.prepare()
    import_file(path)


def import_file(path: str, around: Callable[[Callable[[], Any]], Any] = lambda run: run()) -> dict[str, Any]:
    """Import a file that was uploaded before, as a worker does that has not seen it yet. `around` may watch the run."""
    team, user = Team.objects.get(slug=SLUG), User.objects.get(email=EMAIL)
    clocks, look, whole, load = meter(), Cost(), Cost(), Cost()
    forget_peak()
    held = rss_mb()
    with clocks.measured(look):
        imp = run.receive(
            team, user, method="api", filename=Path(path).name, data=Path(path).read_bytes(), options=OPTIONS,
            confirm=True,
        )  # fmt: skip
        if imp.state == State.CHECKING:
            run.settle(imp)
    looked = peak_mb()
    forget()
    clock = CpuClock(imp, meter=clocks)
    with loads_measured(clocks, load), clocks.measured(whole):
        claimed = worker.claim("bench", imp)
        assert claimed, imp.state
        clock.imp = claimed
        outcome = around(lambda: run.run(claimed, clock))
    progress.forget(claimed)
    return {
        "import": str(imp.pk), "totals": outcome.totals, "cost": whole, "look": look, "load": load,
        "stages": clock.stages, "peak_mb": {"before": held, "look": looked, "run": peak_mb()},
    }  # fmt: skip


@contextmanager
def loads_measured(clocks: Meter, into: Cost) -> Iterator[None]:
    """Measure what writing contacts, history and search index, and committing them, costs within an import."""
    write, commit = Writer.write, connection.commit

    def measured_write(self: Writer) -> None:
        with clocks.measured(into):
            write(self)

    def measured_commit() -> None:
        with clocks.measured(into):
            commit()

    Writer.write, connection.commit = measured_write, measured_commit  # type: ignore[method-assign]
    try:
        yield
    finally:
        Writer.write, connection.commit = write, commit  # type: ignore[method-assign]


def preview(path: str, around: Callable[[Callable[[], Any]], Any] = lambda look: look()) -> dict[str, Any]:
    """From the kept bytes to the plan, as for the first page of a preview. `around` may watch."""
    team, user = Team.objects.get(slug=SLUG), User.objects.get(email=EMAIL)
    clocks, whole = meter(), Cost()
    imp = run.receive(
        team, user, method="file", filename=Path(path).name, data=Path(path).read_bytes(), options=OPTIONS,
        confirm=False,
    )  # fmt: skip
    forget()
    forget_peak()
    clock = CpuClock(imp, meter=clocks)
    with clocks.measured(whole):
        plan = around(lambda: workspace.look(imp, clock).plan)
    outcome, peak = Outcome.of(plan), peak_mb()
    forget()
    imp.delete()
    return {"totals": outcome.totals, "cost": whole, "stages": clock.stages, "peak_mb": peak}


def forget() -> None:
    """Drop what this process has kept of files and plans: it may be another process that goes on."""
    workspace._kept.clear()
    gc.collect()


def state() -> dict[str, Any]:
    """What tells whether anything was written: how many contacts and changes, and when last."""
    last = Contact.objects.aggregate(last=Max("updated_at"))["last"]
    contacts, changes = Contact.objects.count(), Change.objects.count()
    return {"contacts": contacts, "changes": changes, "updated": last.isoformat() if last else None}


def let_go() -> None:
    """Close every connection: the database is about to be put back to where it was."""
    for each in connections.all(initialized_only=True):
        each.close()
        if each.vendor == "postgresql":
            each.close_pool()  # type: ignore[attr-defined]


if __name__ == "__main__":
    deeds: dict[str, Deed] = {
        "set_up": set_up,
        "add_fields": add_fields,
        "stop": stop,
        "warm_up": warm_up,
        "import_file": import_file,
        "preview": preview,
        "state": state,
    }
    play(deeds, let_go)
