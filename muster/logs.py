"""Logs: one line per request and per event, as text or JSON, without what people typed."""

from __future__ import annotations

import logging.config
import time
from contextvars import ContextVar
from typing import Any

import structlog
from django.dispatch import receiver
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware
from django_structlog.signals import bind_extra_request_finished_metadata

# What every line gets, whether it comes from structlog or from a library's plain logger.
SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
BEGUN: ContextVar[float] = ContextVar("begun")
SECRET_PARTS = {"key", "signed", "contact_id"}  # parts of addresses that open something, or name somebody


class LogRequests(RequestMiddleware):
    """Logs method and path. Never the query, which may hold names and numbers, and never a link's secret."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        match = request.resolver_match
        secret = match is not None and SECRET_PARTS & match.kwargs.keys()
        return f"{request.method} {'/' + match.route if match and secret else request.path}"

    def prepare(self, request: HttpRequest) -> None:
        super().prepare(request)
        BEGUN.set(time.perf_counter())


@receiver(bind_extra_request_finished_metadata)
def tell_duration(log_kwargs: dict[str, Any], **_: Any) -> None:
    """Say how many milliseconds a request took, until its answer was made."""
    log_kwargs["ms"] = round((time.perf_counter() - BEGUN.get()) * 1000, 1)


def logging_config(style: str) -> None:
    """Send everything to standard error: for people ("text") or for a collector ("json")."""
    as_json = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    # Plain: the other formatters print local variables, and with them people's names and secrets.
    as_text = [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    ending: list[Any] = as_json if style == "json" else as_text
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        "foreign_pre_chain": SHARED,
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"lines": formatter},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
            "root": {"handlers": ["stderr"], "level": "INFO"},
            "loggers": {
                "django.request": {"level": "CRITICAL"},  # LogRequests says it all
                "django.security.DisallowedHost": {"level": "CRITICAL"},  # anybody can ask for any host: a line will do
                "django.server": {"level": "WARNING"},
                "waitress.queue": {"level": "ERROR"},  # every request that waits for a thread
            },
        }
    )
