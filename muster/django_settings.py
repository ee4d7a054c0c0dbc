"""Django's settings, made from ours (`settings.py`)."""

from __future__ import annotations

import logging
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url
from django.conf.locale import LANG_INFO

from muster import __version__, error_reports
from muster.logs import logging_config
from muster.settings import LANGUAGES as OFFERED
from muster.settings import LOCALE, settings

SAML_SUBJECT = "urn:oasis:names:tc:SAML:attribute:subject-id"  # else the NameID
_ours = settings()
_address = urlsplit(_ours.url)
_tls = _address.scheme == "https"
BASE = Path(__file__).resolve().parent


def _secret_key() -> str:
    """The configured key, or one made on the first run and kept in the data folder, readable by us alone."""
    if _ours.secret_key:
        return _ours.secret_key
    if not _ours.data.is_dir():  # nothing was begun here, so nothing is signed that anybody could open
        return secrets.token_urlsafe(50)
    path = _ours.data / "secret-key"
    if not path.exists():
        made = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(50))
        with suppress(FileExistsError):  # another process was first: its key counts
            path.hardlink_to(made)
        made.unlink()
    return path.read_text()


def _databases() -> dict[str, Any]:
    """The main database, and two more ways in that a running import does not hold up: "progress" and "calls"."""
    if _ours.database_url:
        main = dj_database_url.parse(_ours.database_url)
        main["CONN_HEALTH_CHECKS"] = True  # one that died while it lay in the pool is replaced, not handed out
        main["DISABLE_SERVER_SIDE_CURSORS"] = not _ours.database_cursors
        pool = {"min_size": 0, "max_size": _ours.database_pool, "timeout": 5} if _ours.database_pool else False
        main["OPTIONS"] = {"application_name": "muster", **main.get("OPTIONS", {}), "pool": pool}
        mirror = {**main, "TEST": {"MIRROR": "default"}}
        return {"default": main, "progress": mirror, "calls": mirror}
    calls = _sqlite("calls.sqlite3", synchronous="FULL")  # what was answered must outlast a power cut
    return {"default": _sqlite("muster.sqlite3"), "progress": _sqlite("progress.sqlite3"), "calls": calls}


def _sqlite(name: str, synchronous: str = "NORMAL") -> dict[str, Any]:
    path = _ours.data / name
    if _ours.data.is_dir():
        path.touch(mode=0o600)  # SQLite gives its other files the mode of this one
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "TEST": {"NAME": str(_ours.data / f"test-{name}")},
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; "
            "PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY;",
        },
    }


def _hosts() -> list[str]:
    """Our own name, this machine's, and what the operator adds; whatever else a request claims is refused."""
    extra = [host.strip() for host in _ours.hosts.split(",") if host.strip()]
    return [_address.hostname or "localhost", "localhost", "127.0.0.1", "[::1]", *extra]


def _caches() -> dict[str, Any]:
    """What counts tries at signing in: one for all processes, so beside the data, and more than a few can fill."""
    most: dict[str, Any] = {"OPTIONS": {"MAX_ENTRIES": 50_000}, "KEY_PREFIX": __version__}  # none of another release
    if _ours.database_url:
        return {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache", **most}}
    folder = str((_ours.data / "cache").absolute())
    return {"default": {"BACKEND": "muster.teams.sign_in.counters.Counters", "LOCATION": folder, **most}}


def _mail() -> dict[str, Any]:
    """Django's mail settings from smtp://user:password@host:587?tls=true, or smtps://…; unset: files."""
    if not _ours.email_url:
        return {"EMAIL_BACKEND": "muster.teams.mailing.mail_files.MailFiles"}
    parts = urlsplit(_ours.email_url)
    query = {name: values[-1] == "true" for name, values in parse_qs(parts.query).items()}
    return {
        "EMAIL_BACKEND": "muster.teams.mailing.timed_smtp.TimedSmtp",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": query.get("tls", False),
        "EMAIL_USE_SSL": parts.scheme == "smtps" or query.get("ssl", False),
        "EMAIL_TIMEOUT": 10,
    }


def _sign_in_elsewhere() -> dict[str, Any]:
    """The identity provider the installation signs in with, if it has one."""
    providers: dict[str, Any] = {}
    if _ours.oidc_url:
        providers["openid_connect"] = {
            "VERIFIED_EMAIL": _ours.oidc_trust_email,
            "APPS": [
                {
                    "provider_id": "sso",
                    "name": _ours.oidc_name,
                    "client_id": _ours.oidc_client_id,
                    "secret": _ours.oidc_client_secret,
                    "settings": {"server_url": _ours.oidc_url, "oauth_pkce_enabled": True},
                }
            ],
        }
    if _ours.saml_metadata_url:
        providers["saml"] = {
            "VERIFIED_EMAIL": True,
            "APPS": [
                {
                    "provider_id": _ours.saml_entity_id,
                    "name": _ours.saml_name,
                    "client_id": "sso",
                    "settings": {
                        "attribute_mapping": {"uid": SAML_SUBJECT, "email": _ours.saml_email},
                        "idp": {"entity_id": _ours.saml_entity_id, "metadata_url": _ours.saml_metadata_url},
                        "sp": {"entity_id": f"{_ours.url.rstrip('/')}/accounts/saml/sso/metadata/"},
                        "advanced": {"strict": True, "want_assertion_signed": True},
                    },
                }
            ],
        }
    return providers


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = [each.strip() for each in _ours.old_secret_keys.split(",") if each.strip()]
DEBUG = _ours.debug
DATABASES = _databases()
DATABASE_ROUTERS = ["muster.imports.store.db_router.ProgressRouter", "muster.connect.db_router.CallsRouter"]
CACHES = _caches()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = _ours.language
LANGUAGES = [(code, LANG_INFO[code]["name_local"]) for code in sorted(OFFERED)]
LOCALE_PATHS = [LOCALE]
FORMAT_MODULE_PATH = "muster.formats"
ROOT_URLCONF = "muster.urls"
WSGI_APPLICATION = "muster.wsgi.application"

INSTALLED_APPS = [
    "muster.teams",  # first: its templates and commands win over those of the libraries
    "muster.contacts",
    "muster.connect",
    "muster.imports",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_structlog",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    *(["allauth.socialaccount.providers.saml"] if _ours.saml_metadata_url else []),
]
MIDDLEWARE = [
    "muster.security.NoNul",
    "muster.connect.incoming.hook.HooksFirst",
    "muster.logs.LogRequests",
    "muster.teams.languages.middleware.SpeakTheirLanguage",
    "muster.busy.Busy",
    "django.middleware.security.SecurityMiddleware",
    "muster.security.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "muster.quotas.Quotas",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "muster.teams.access.for_templates",
                "muster.teams.first_run.for_templates",
                "muster.overview.notices.for_templates",
            ]
        },
    }
]
LOGGING_CONFIG = None
logging_config(_ours.log_format)
if _ours.sentry_dsn:
    error_reports.start(_ours.sentry_dsn)
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG

# Who is asking: only by the names we know, over TLS where the address says so.
ALLOWED_HOSTS = ["*"] if DEBUG else _hosts()
CSRF_TRUSTED_ORIGINS = [f"{_address.scheme}://{_address.netloc}"]
CSRF_FAILURE_VIEW = "muster.teams.pages.errors.csrf_failure"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = SECURE_SSL_REDIRECT = _tls
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE = "Lax"  # Strict would sign people out when they follow a link in a mail
SESSION_COOKIE_NAME = "__Host-session" if _tls else "session"
SESSION_COOKIE_AGE = _ours.session_days * 24 * 3600
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _tls else None
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked from inside, without the proxy
SECURE_HSTS_SECONDS = _ours.hsts_seconds if _tls else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Whether the operator's other hosts have TLS, and whether browsers should ship that, is not ours to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

AUTH_USER_MODEL = "teams.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "muster.teams.sign_in.adapters.Accounts"
ACCOUNT_FORMS = {
    "login": "muster.teams.sign_in.forms.SignIn",
    "reauthenticate": "muster.teams.sign_in.forms.Reauthenticate",
    "reset_password": "muster.teams.sign_in.forms.AskForReset",
    "reset_password_from_key": "muster.teams.sign_in.forms.Reset",
    "change_password": "muster.teams.sign_in.forms.Change",
    "set_password": "muster.teams.sign_in.forms.Choose",
}
SOCIALACCOUNT_FORMS = {"disconnect": "muster.teams.sign_in.forms.Disconnect"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # addresses come from Admins, and a link mailed there opens the account
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # an unattended browser must not be enough for another address
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _address.scheme
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "100/15m/ip,5/15m/key",  # the key: an address and who tries it
    "login_failed_anywhere": "50/15m/key",  # the key: an address, tried by browsers that its user never had
    "reset_password": "20/15m/ip,5/15m/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/15m/user",
    "change_password": "5/m/user",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(_tls) if _ours.proxies is None else _ours.proxies
MFA_ADAPTER = "muster.teams.sign_in.adapters.SecondFactors"
MFA_FORMS = {
    "add_webauthn": "muster.teams.sign_in.passkeys.Add",
    "authenticate_webauthn": "muster.teams.sign_in.passkeys.Authenticate",
    "login_webauthn": "muster.teams.sign_in.passkeys.SignInBy",
    "reauthenticate_webauthn": "muster.teams.sign_in.passkeys.Again",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Muster"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _tls  # browsers make passkeys on localhost and over TLS only, either way
SOCIALACCOUNT_ADAPTER = "muster.teams.sign_in.adapters.SignInElsewhere"
SOCIALACCOUNT_PROVIDERS = _sign_in_elsewhere()
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # a verified address of the provider is the user with that address
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
# A form would be stopped by form-action when the provider redirects on to a third place, as federations do.
SOCIALACCOUNT_LOGIN_ON_GET = True

DEFAULT_FROM_EMAIL = SERVER_EMAIL = _ours.email_from
MAIL_FILES = _ours.data / "mail"
globals().update(_mail())

DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * _ours.max_file_bytes  # a paste of wide rows; in a form a byte may take three

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE / "static"]
WHITENOISE_USE_FINDERS = True
