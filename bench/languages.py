"""Languages: what a page costs the server in German and Arabic against English, and English against no translation.

    python -m bench.languages [how many rounds]

The demo with a draft of its own, in a database of the moment. In each round every page is asked for once in each way,
the ways in turns, and what counts is CPU time: the least of all rounds, and the ratio of these. Exit code 1 where
English is more than 3 % slower than pages with translation switched off, or another language than English. The other
ratios are of calls of functions in one request, which do not depend on what else the machine does.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from typing import Any

ROUNDS = 200
NOT_COUNTED = 3  # in the first rounds, catalogues and templates are read
MOST = 1.03
WAYS = ("off", "en", "de", "ar")  # translation switched off, and three languages
COMPARED = (("en", "off"), ("de", "en"), ("ar", "en"))


def main() -> None:
    """Run in a process whose data goes again."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    if os.environ.get("MUSTER_BENCH_INSIDE"):
        sys.exit(measure(rounds))
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        env = {**os.environ, "MUSTER_DATA": folder, "MUSTER_BENCH_INSIDE": "1"}
        env.pop("DATABASE_URL", None)
        sys.exit(
            subprocess.run([sys.executable, "-m", "bench.languages", str(rounds)], env=env, check=False).returncode
        )


def measure(rounds: int) -> int:
    """Make the demo, and ask for each page in each way."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "muster.django_settings"
    import django  # noqa: PLC0415  needs the environment above

    django.setup()
    logging.disable(logging.WARNING)
    from django.core.management import call_command  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    for database in ("default", "progress"):
        call_command("migrate", database=database, verbosity=0)
    paths, user = made()
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    compared = " | ".join(f"{way} : {base}" for way, base in COMPARED)
    print(f"| page | {' | '.join(f'{way}, ms' for way in WAYS)} | {compared} | calls {compared} |\n|---|" + "--:|" * 10)
    worst = 0.0
    for name, path in paths.items():
        asking = {way: partial(ask, client, path, way) for way in WAYS}
        least = dict.fromkeys(WAYS, float("inf"))
        for number in range(-NOT_COUNTED, rounds):
            for way in WAYS[number % len(WAYS) :] + WAYS[: number % len(WAYS)]:
                start = time.process_time()
                asking[way]()
                taken = time.process_time() - start
                if number >= 0:
                    least[way] = min(least[way], taken * 1000)
        called = {way: calls(each) for way, each in asking.items()}
        ratios = [least[way] / least[base] for way, base in COMPARED]
        worst = max(worst, *ratios)
        shown = [f"{each:.2f}" for each in least.values()]
        shown += [f"{each:.3f}" for each in (*ratios, *(called[way] / called[base] for way, base in COMPARED))]
        print(f"| {name} | {' | '.join(shown)} |", flush=True)
    return int(worst > MOST)


def ask(client: Any, path: str, way: str) -> None:
    """Ask for a page in a way."""
    translate(really=way != "off")
    answer = client.get(path, headers={"accept-language": way if way != "off" else "en"})
    assert answer.status_code == 200, (path, answer.status_code)


def calls(work: Callable[[], None]) -> int:
    """Count the functions that are called by a piece of work."""
    counted = 0

    def count(_: Any, event: str, __: Any) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    work()
    sys.setprofile(None)
    return counted


def translate(*, really: bool) -> None:
    """Have Django translate, or not: it keeps the functions of the one module or the other, and here gets them all."""
    from django.utils import translation  # noqa: PLC0415
    from django.utils.translation import trans_null, trans_real  # noqa: PLC0415

    its = trans_real if really else trans_null
    names = [name for name, each in vars(trans_null).items() if callable(each) and hasattr(trans_real, name)]
    vars(translation._trans).update({name: getattr(its, name) for name in names})  # type: ignore[attr-defined]


def made() -> tuple[dict[str, str], object]:
    """Make the demo and a draft; return pages by name, and who looks at them."""
    from muster import demo  # noqa: PLC0415
    from muster.core.fields import Options  # noqa: PLC0415
    from muster.demo_files import UGLY  # noqa: PLC0415
    from muster.imports import run  # noqa: PLC0415
    from muster.teams.models import User  # noqa: PLC0415

    team = demo.make(random_passwords=True).team
    ana = User.objects.get(email=demo.ANA.email)
    options = Options(blank_mobile="infer", columns={"First Name": "FirstName", "Shoe size": None})
    draft = run.receive(
        team, ana, method="file", filename="ugly.csv", data=UGLY.encode(), options=options, confirm=False
    )
    top = f"/t/{team.slug}"
    return {
        "Overview": f"{top}/",
        "Contacts": f"{top}/contacts/",
        "Users": f"{top}/users/",
        "Imports": f"{top}/imports/",
        "Review rows": f"{top}/imports/{draft.pk}/?show=all",
        "Confirm": f"{top}/imports/{draft.pk}/confirm/",
    }, ana


if __name__ == "__main__":
    main()
