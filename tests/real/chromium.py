"""The Chromium this machine has, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_program(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def chromium_program() -> str:
    """`MUSTER_TEST_CHROMIUM`, else what is installed. Browser tests fail without one: they are never skipped."""
    chosen = os.environ.get("MUSTER_TEST_CHROMIUM")
    for program in (chosen,) if chosen else (*PROGRAMS, str(MACOS)):
        found = shutil.which(program)
        if found:
            return found
    raise RuntimeError("No Chromium here: install the package `chromium`, or set MUSTER_TEST_CHROMIUM to its path.")
