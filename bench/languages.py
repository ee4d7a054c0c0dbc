"""Languages: what a page costs the server in German and Arabic against English, and English against no translation.

    python -m bench.languages [how many rounds]

The demo with a draft of its own, in a database of the moment. In each round every page is asked for once in each way,
the ways in turns, and what counts is CPU time: the median of the rounds, and the ratio of medians. Exit code 1 where
English is more than 3 % slower than pages with translation switched off, or another language than English.
"""

from __future__ import annotations

import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

ROUNDS = 60
MOST = 1.03
WAYS = ("off", "en", "de", "ar")  # translation switched off, and three languages


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
    from django.test.utils import setup_test_environment  # noqa: PLC0415

    for database in ("default", "progress"):
        call_command("migrate", database=database, verbosity=0)
    setup_test_environment()
    paths, user = made()
    client = Client()
    client.force_login(user)
    print(f"| page | {' | '.join(WAYS)} | en : off | de : en | ar : en |\n|---|" + "---:|" * 7)
    worst = 0.0
    for name, path in paths.items():
        cost: dict[str, list[float]] = {way: [] for way in WAYS}
        for number in range(rounds + 3):
            for way in WAYS[number % len(WAYS) :] + WAYS[: number % len(WAYS)]:
                with spoken(way):
                    start = time.process_time()
                    answer = client.get(path, headers={"accept-language": way if way != "off" else "en"})
                    taken = time.process_time() - start
                assert answer.status_code == 200, (path, answer.status_code)
                if number >= 3:  # before, catalogues and templates are read
                    cost[way].append(taken * 1000)
        middle = {way: statistics.median(each) for way, each in cost.items()}
        ratios = (middle["en"] / middle["off"], middle["de"] / middle["en"], middle["ar"] / middle["en"])
        worst = max(worst, *ratios)
        shown = [*(f"{each:.1f}" for each in middle.values()), *(f"{each:.3f}" for each in ratios)]
        print(f"| {name} | {' | '.join(shown)} |", flush=True)
    return int(worst > MOST)


@contextmanager
def spoken(way: str) -> Iterator[None]:
    """Have Django translate, or not. What it took from its one module or the other it takes anew."""
    from django.test import override_settings  # noqa: PLC0415
    from django.utils import translation  # noqa: PLC0415

    with override_settings(USE_I18N=way != "off"):
        vars(translation._trans).clear()  # type: ignore[attr-defined]
        yield
    vars(translation._trans).clear()  # type: ignore[attr-defined]


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
        "Imports": f"{top}/imports/",
        "Review rows": f"{top}/imports/{draft.pk}/?show=all",
        "Confirm": f"{top}/imports/{draft.pk}/confirm/",
    }, ana


if __name__ == "__main__":
    main()
