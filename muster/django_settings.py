"""Django's settings, made from ours (`settings.py`)."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import dj_database_url

from muster.settings import settings

_ours = settings()
BASE = Path(__file__).resolve().parent


def _secret_key() -> str:
    """The configured key, or one made on the first run and kept in the data folder, readable by us alone."""
    if _ours.secret_key:
        return _ours.secret_key
    path = _ours.data / "secret-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(50))
        try:
            path.hardlink_to(made)
        except FileExistsError:
            pass  # another process was first: its key counts
        made.unlink()
    return path.read_text()


def _databases() -> dict[str, Any]:
    """The main database, and "progress": a second way in that a running import's transaction does not hold up."""
    if _ours.database_url:
        main = dj_database_url.parse(_ours.database_url)
        main["OPTIONS"] = {**main.get("OPTIONS", {}), "pool": {"min_size": 0, "max_size": 20, "timeout": 5}}
        return {"default": main, "progress": {**main, "TEST": {"MIRROR": "default"}}}
    _ours.data.mkdir(parents=True, exist_ok=True)
    return {"default": _sqlite("muster.sqlite3"), "progress": _sqlite("progress.sqlite3")}


def _sqlite(name: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(_ours.data / name),
        "TEST": {"NAME": str(_ours.data / f"test-{name}")},
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;",
        },
    }


SECRET_KEY = _secret_key()
DEBUG = _ours.debug
ALLOWED_HOSTS = ["*"]
DATABASES = _databases()
DATABASE_ROUTERS = ["muster.imports.routers.ProgressRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "teams.User"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
ROOT_URLCONF = "muster.urls"
WSGI_APPLICATION = "muster.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "muster.teams",
    "muster.contacts",
    "muster.imports",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "muster.teams.access.for_templates",
            ]
        },
    }
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
LOGIN_REDIRECT_URL = "/"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE / "static"]
STATIC_ROOT = _ours.data / "static"
WHITENOISE_USE_FINDERS = True
