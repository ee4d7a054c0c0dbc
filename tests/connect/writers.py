"""People, imports and gateways that change a team's contacts all at once: `python -m tests.connect.writers`.

On a test's databases, given by name; it stops after so many turns of so many threads.
"""

import os
import random
import sys
import threading
from collections.abc import Callable
from typing import Any

import django


def main(seed: int, threads: int, turns: int, names: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.django_settings")
    django.setup()
    from django.db import connections  # noqa: PLC0415  only once Django is set up

    for alias, name in zip(("default", "progress", "calls"), names, strict=True):
        connections[alias].settings_dict["NAME"] = name
    work(seed, threads, turns)


def work(seed: int, threads: int, turns: int) -> None:
    """Let so many write at once."""
    running = [threading.Thread(target=_write, args=(seed * 100 + number, turns)) for number in range(threads)]
    for each in running:
        each.start()
    for each in running:
        each.join()


def _write(seed: int, turns: int) -> None:
    from django.db import OperationalError, connections  # noqa: PLC0415

    from muster.teams.models import Team, User  # noqa: PLC0415

    chance = random.Random(seed)
    team, alice = Team.objects.get(slug="admissions"), User.objects.get(email="alice@example.edu")
    for _ in range(turns):
        try:
            _turn(chance)(team, alice, chance)
        except OperationalError as error:  # many want the lock: whoever is told to come again does
            print(error, file=sys.stderr)
    connections.close_all()


def _turn(chance: random.Random) -> Callable[..., None]:
    return chance.choices((_import, _edit, _word, _undo, _erase), (3, 8, 6, 1, 2))[0]


def _import(team: Any, alice: Any, chance: random.Random) -> None:
    from muster.core.fields import Options  # noqa: PLC0415
    from muster.imports import run, worker  # noqa: PLC0415

    rows = [
        f"S{chance.randrange(60)},Ana,L{chance.randrange(9)},+1 716 555 {chance.randrange(2000):04d}," for _ in range(8)
    ]
    data = "\n".join(("ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber", *rows)).encode()
    options = Options(allow_mobile_updates=True)
    worker.run_now(run.receive(team, alice, method="api", filename="x", data=data, options=options, confirm=True))


def _edit(team: Any, alice: Any, chance: random.Random) -> None:
    from muster.contacts import edit  # noqa: PLC0415

    contact = _any(team, chance)
    if contact is None or chance.random() < 0.3:
        values = {"first_name": "New", "last_name": "X", "mobile_number": f"+1 716 555 {chance.randrange(2000):04d}"}
        try:
            edit.add(team, alice, values)
        except edit.Rejected:
            return  # somebody has that number
    else:
        edit.update(contact, alice, {"last_name": f"E{chance.randrange(99)}"})


def _word(team: Any, alice: Any, chance: random.Random) -> None:
    """A gateway passes on a word, and every worker applies what waits, also what another is applying."""
    from muster.connect.incoming import listener  # noqa: PLC0415
    from muster.connect.models import Call  # noqa: PLC0415

    number = f"+1716555{chance.randrange(2000):04d}"
    contact = _any(team, chance)
    if contact is not None and contact.mobile_number:
        number = contact.mobile_number
    for opted_out in (chance.random() < 0.6, chance.random() < 0.6):
        Call.objects.create(
            team_id=team.pk, connection_id=1, number=number, channel="text", opted_out=opted_out, heard="WORD"
        )
    listener.apply_waiting()


def _undo(team: Any, alice: Any, chance: random.Random) -> None:
    from muster.imports import undo, worker  # noqa: PLC0415
    from muster.imports.models import Import, WrongState  # noqa: PLC0415

    done = list(Import.objects.filter(team=team, state="done", undoes=None).order_by("-finished_at")[:5])
    if done:
        try:
            worker.run_now(undo.undo(chance.choice(done), alice))
        except WrongState:
            return  # another was first


def _erase(team: Any, alice: Any, chance: random.Random) -> None:
    from muster.contacts.erase import erase  # noqa: PLC0415
    from muster.contacts.models import Contact  # noqa: PLC0415

    contact = _any(team, chance)
    if contact is not None:
        try:
            erase(contact, alice)
        except Contact.DoesNotExist:
            return  # another was first


def _any(team: Any, chance: random.Random) -> Any:
    from muster.contacts.models import Contact  # noqa: PLC0415

    contacts = Contact.objects.filter(team=team).select_related("team")
    count = contacts.count()
    return contacts.order_by("id")[chance.randrange(count) :].first() if count else None


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:7])
