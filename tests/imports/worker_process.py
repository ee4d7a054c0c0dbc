"""A worker as a process of its own, on a test's databases: `python -m tests.imports.worker_process MAIN …`."""

import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.django_settings")
    django.setup()
    from django.db import connections  # noqa: PLC0415  only once Django is set up

    from muster.imports import worker  # noqa: PLC0415
    from muster.imports.process import budget  # noqa: PLC0415
    from muster.settings import settings  # noqa: PLC0415

    for alias, name in zip(("default", "progress", "calls"), sys.argv[1:4], strict=True):
        connections[alias].settings_dict["NAME"] = name
    budget.limit_memory(settings().worker_memory_mb)
    worker.work()


if __name__ == "__main__":
    main()
