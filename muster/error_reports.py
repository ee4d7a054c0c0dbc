"""Reports of errors to a Sentry server, where one is set: what went wrong and where, and nothing that anybody typed."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

from muster import __version__

log = logging.getLogger(__name__)
KEPT = {"event_id", "timestamp", "level", "logger", "platform", "release", "environment", "transaction", "exception"}


def start(dsn: str) -> None:
    """Report errors from here on. Without the package that does it, say so and go on."""
    try:
        sentry: Any = import_module("sentry_sdk")
    except ModuleNotFoundError:
        log.warning("MUSTER_SENTRY_DSN is set, and sentry-sdk is not installed: muster-contacts[sentry]")
        return
    sentry.init(
        dsn,
        release=f"muster@{__version__}",
        send_default_pii=False,
        include_local_variables=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        before_send=without_people,
    )


def without_people(event: dict[str, Any], _hint: Any) -> dict[str, Any]:
    """Return the report without messages: an error of a database may name who it is about."""
    told = {key: value for key, value in event.items() if key in KEPT}
    for each in told.get("exception", {}).get("values", ()):
        each.pop("value", None)
    if "logentry" in event:
        told["logentry"] = {"message": event["logentry"].get("message")}  # the sentence, without what fills it
    return told
