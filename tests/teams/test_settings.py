"""Settings from the environment and from files, and what Django makes of them. Each case is a process of its own."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from muster.settings import document
from tests.real.server import clean_environment

pytestmark = pytest.mark.slow

PRODUCTION = {
    "MUSTER_URL": "https://contacts.example.edu",
    "MUSTER_SECRET_KEY": "k" * 60 + "0123456789",
    "MUSTER_EMAIL_URL": "smtp://muster:p%40ss@mail.example.edu:587?tls=true",
}


def python(code: str, folder: Path, **env: str) -> str:
    """What the code prints, in a process with these settings alone."""
    environment = clean_environment() | {"MUSTER_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "muster.django_settings"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment | env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def django(folder: Path, *names: str, **env: str) -> list[Any]:
    """Django's settings of these names."""
    code = f"import json\nfrom django.conf import settings as s\nprint(json.dumps([getattr(s, n) for n in {names}]))"
    found: list[Any] = json.loads(python(code, folder, **env))
    return found


def described(folder: Path, **env: str) -> dict[str, list[str]]:
    code = "import json\nfrom muster.settings import describe\nprint(json.dumps({d[0]: d[1:3] for d in describe()}))"
    found: dict[str, list[str]] = json.loads(python(code, folder, **env))
    return found


def test_it_says_where_each_value_comes_from_and_hides_secrets(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file\n")
    found = described(
        tmp_path,
        MUSTER_SECRET_KEY_FILE=str(tmp_path / "key"),
        DATABASE_URL="postgres://muster:hidden@db/muster",
        MUSTER_EMAIL_URL=PRODUCTION["MUSTER_EMAIL_URL"],
        MUSTER_DRAFT_DAYS="",
    )
    assert found["MUSTER_SECRET_KEY"] == ["***", "file"]
    assert found["DATABASE_URL"] == ["postgres://muster:***@db/muster", "environment"]
    assert found["MUSTER_EMAIL_URL"] == ["smtp://muster:***@mail.example.edu:587?tls=true", "environment"]
    assert found["MUSTER_DRAFT_DAYS"] == ["7", "default"]
    assert "hidden" not in str(found)


def test_it_reads_a_secret_from_a_file_and_prefers_the_variable(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file\n")
    file = {"MUSTER_SECRET_KEY_FILE": str(tmp_path / "key")}
    assert django(tmp_path, "SECRET_KEY", **file) == ["from a file"]
    assert django(tmp_path, "SECRET_KEY", MUSTER_SECRET_KEY="given", **file) == ["given"]


def test_it_makes_a_secret_key_once_for_itself_alone(tmp_path: Path) -> None:
    first, second = (django(tmp_path, "SECRET_KEY")[0] for _ in range(2))
    assert first == second
    assert len(first) >= 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


def test_it_reads_the_address_of_the_mail_server(tmp_path: Path) -> None:
    names = ("EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_USE_TLS", "EMAIL_USE_SSL")
    assert django(tmp_path, *names, **PRODUCTION) == ["mail.example.edu", 587, "muster", "p@ss", True, False]
    ssl = django(tmp_path, *names, MUSTER_EMAIL_URL="smtps://mail.example.edu")
    assert ssl == ["mail.example.edu", 465, "", "", False, True]
    assert django(tmp_path, "EMAIL_BACKEND") == ["muster.teams.mailing.mail_files.MailFiles"]


def test_it_insists_on_tls_once_its_address_does(tmp_path: Path) -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")
    more = ("SESSION_COOKIE_NAME", "ALLAUTH_TRUSTED_PROXY_COUNT", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS")
    assert django(tmp_path, *names) == [False, False, False, 0]
    assert django(tmp_path, *names, **PRODUCTION) == [True, True, True, 31_536_000]
    own = ["contacts.example.edu", "localhost", "127.0.0.1", "[::1]", "other.example.edu"]
    assert django(tmp_path, *more, **PRODUCTION, MUSTER_HOSTS=" other.example.edu ,") == [
        "__Host-session",
        1,
        own,
        ["https://contacts.example.edu"],
    ]


def test_it_passes_every_check_for_production(tmp_path: Path) -> None:
    code = "from django.core.management import execute_from_command_line as run\n"
    code += "run(['manage.py', 'check', '--deploy', '--fail-level', 'DEBUG'])"
    assert "no issues" in python(code, tmp_path, **PRODUCTION)


def test_it_works_behind_a_proxy_with_tls_and_sends_others_there(tmp_path: Path) -> None:
    code = """
import django; django.setup()
from django.test import Client
from django.test.utils import setup_test_environment; setup_test_environment()
plain = Client().get("/accounts/login/", HTTP_HOST="contacts.example.edu")
print(plain.status_code, plain.headers["Location"])
behind = Client().get("/accounts/signup/", HTTP_HOST="contacts.example.edu", HTTP_X_FORWARDED_PROTO="https")
print(behind.status_code, behind.headers["Strict-Transport-Security"])
print(Client().get("/healthz").status_code)
"""
    said = python(code, tmp_path, **PRODUCTION).splitlines()
    assert said == ["301 https://contacts.example.edu/accounts/login/", "200 max-age=31536000", "200"]


@pytest.mark.parametrize(("style", "opening"), [("json", "{"), ("text", "20")])
def test_it_logs_requests_without_what_people_typed(tmp_path: Path, style: str, opening: str) -> None:
    code = """
import os, sys, django
sys.stderr = sys.stdout
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.test import Client
Client().get("/accounts/login/?q=Zebedee", HTTP_HOST="localhost")
Client().get("/invitation/opensesame/", HTTP_HOST="localhost")
from muster.teams import tokens
from muster.teams.models import Team, User
olivia = User.objects.create_user("olivia@example.edu", is_owner=True)
Team.objects.create(name="T", slug="t")
bearer = {"authorization": "Bearer " + tokens.make(olivia, "x")[1]}
Client().get("/api/v1/teams/t/contacts/Zebedee", headers=bearer, HTTP_HOST="localhost")
print("olivia is", olivia.pk)
Client().get("/accounts/login/", HTTP_HOST="evil.example")
"""
    said = python(code, tmp_path, MUSTER_LOG_FORMAT=style)
    lines = [line for line in said.splitlines() if "request_finished" in line]
    assert len(lines) == 4
    assert "Traceback" not in said
    assert re.search(rf"user_id\W+{re.findall('olivia is ([0-9]+)', said)[0]}\b", lines[2])
    assert all(line.startswith(opening) for line in lines)
    assert [word for word in ("Zebedee", "opensesame") if word in str(lines)] == []


def test_it_is_documented_as_it_is(tmp_path: Path) -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "self-hosting.md"
    copy = tmp_path / "page.md"
    copy.write_bytes(page.read_bytes())
    document(copy)
    assert copy.read_text() == page.read_text(), "run bin/docs"
