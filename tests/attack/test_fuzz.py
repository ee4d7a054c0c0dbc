"""Random inputs, seeded: no fault, nothing over five seconds, no more than a gigabyte. `bin/attack --fuzz 1000000`."""

import os
import resource
import sys

import pytest

from tests.attack.everywhere import calls, pages, quietly  # noqa: F401  a fixture
from tests.attack.fuzz import MOST_MB, Fuzzer
from tests.web.test_walls import World, world  # noqa: F401  a fixture

INPUTS = int(os.environ.get("MUSTER_TEST_FUZZ_INPUTS", "4000"))
SEED = int(os.environ.get("MUSTER_TEST_FUZZ_SEED", "1"))
pytestmark = [pytest.mark.slow, pytest.mark.django_db(databases="__all__"), pytest.mark.timeout(300 + INPUTS / 10)]


def say(line: str) -> None:
    print(line, file=sys.__stderr__, flush=True)


def test_no_input_is_a_fault(world: World) -> None:  # noqa: F811
    told = Fuzzer(SEED, [*pages(world), *calls(world)], say).run(INPUTS)
    say(told.lines())
    assert told.faults == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < MOST_MB * 1024
