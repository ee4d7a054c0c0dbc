"""Two processes that take turns: each does one thing when it is told to, and answers with what that cost."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bench.meter import json_ready

TOP = Path(__file__).resolve().parents[1]
Deed = Callable[..., Any]


class Player:
    """A process that waits for its turn. `player.do("run", file=…)` waits for the answer."""

    def __init__(self, module: str, env: Mapping[str, str]) -> None:
        self.module = module
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **env}, cwd=TOP,
        )  # fmt: skip

    def do(self, deed: str, **facts: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"deed": deed, **facts}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.module} ended with {self.process.wait()} during {deed}")
        return json.loads(answer)

    def __enter__(self) -> Player:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()


def play(deeds: Mapping[str, Deed], finally_: Callable[[], None]) -> None:
    """Do what is asked, line by line, and `finally_` after each: nothing may hold the database in the other's turn."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else is printed goes to standard error
    for line in sys.stdin:
        asked = json.loads(line)
        gc.collect()
        answer = deeds[asked.pop("deed")](**asked)
        finally_()
        print(json.dumps(json_ready(answer)), file=answers, flush=True)
