"""Begins `muster ARGUMENTS` for each line of standard input, in a process that has loaded everything before.

So that whoever kills and begins a hundred times does not wait for Python each time. Answers with the process id.
"""

from __future__ import annotations

import os
import shlex
import signal
import sys
from importlib import import_module

from muster.cli import main
from muster.cli.setting_up import set_up_django
from muster.core import phones
from muster.pools import close_pools


def begin(arguments: list[str]) -> None:
    """Be `muster` with these arguments, and end as it ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setpgid(0, 0)
    os.dup2(2, 1)
    sys.argv[1:] = arguments
    main()


if __name__ == "__main__":
    set_up_django()
    for needed in ("muster.cli.serving", "muster.teams.seen", "muster.urls"):  # `wsgi` begins a thread that writes
        import_module(needed)
    phones.prepare()
    close_pools()  # a process that is forked has none of the threads that mend a pool; nothing here opens one again
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
    while line := os.read(0, 4096):
        child = os.fork()
        if not child:
            begin(shlex.split(line.decode()))
            sys.exit()
        print(child, flush=True)
