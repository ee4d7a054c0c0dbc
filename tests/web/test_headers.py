"""The headers every answer carries, the cookies, and the pages for what is not there."""

import re

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.db import connection

from muster.teams import tokens
from tests.cast import PASSWORD, Cast

PAGES = (
    "/accounts/login/",
    "/profile/",
    "/t/admissions/users/",
    "/t/admissions/fields/",
    "/nothing-here",
    "/owner/teams/",
)


@pytest.mark.parametrize("path", PAGES)
def test_it_allows_nothing_inline_and_nothing_from_elsewhere(cast: Cast, path: str) -> None:
    headers = cast.browser(cast.alice).get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")
    assert (policy["frame-ancestors"], policy["base-uri"], policy["form-action"]) == ("'none'", "'none'", "'self'")
    assert "http" not in headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", PAGES)
def test_it_leaks_no_address_and_is_framed_and_sniffed_by_nobody(cast: Cast, path: str) -> None:
    headers = cast.browser(cast.alice).get(path).headers
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert {"private", "no-store"} <= set(headers["Cache-Control"].split(", "))


@pytest.mark.parametrize("path", PAGES)
def test_it_writes_no_script_and_no_style_into_a_page(cast: Cast, path: str) -> None:
    html = cast.browser(cast.olivia).get(path).content.decode()
    scripts = re.findall(r"<script\b([^>]*)>([^<]*)", html)
    assert [attributes for attributes, body in scripts if body.strip() and "json" not in attributes] == []
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", html) == []


def test_it_keeps_cookies_from_scripts_and_other_sites(cast: Cast) -> None:
    cache.clear()
    answer = cast.browser().post("/accounts/login/", {"login": "alice@example.edu", "password": PASSWORD})
    session = answer.cookies["session"]
    assert (session["httponly"], session["samesite"], session["path"]) == (True, "Lax", "/")


@pytest.mark.parametrize(
    "path",
    ["contacts/", "contacts/contacts.csv", "imports/", "users/", "log/"],
)
def test_it_lets_no_page_and_no_download_be_kept(cast: Cast, path: str) -> None:
    answer = cast.browser(cast.alice).get(f"/t/admissions/{path}")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    answer.close()


def test_it_lets_no_answer_of_the_api_be_kept(cast: Cast) -> None:
    bearer = {"authorization": f"Bearer {tokens.make(cast.alice, 'x')[1]}"}
    for path in ("me", "teams/admissions/contacts", "teams/admissions/contacts.csv", "teams/nowhere"):
        answer = cast.browser().get(f"/api/v1/{path}", headers=bearer)
        assert "no-store" in answer.headers["Cache-Control"]
        answer.close()
    assert "no-store" in cast.browser().get("/api/v1/me").headers["Cache-Control"]


def test_it_lets_nobody_keep_recovery_codes(cast: Cast) -> None:
    TOTP.activate(cast.alice, "JBSWY3DPEHPK3PXP")
    [code, *_] = RecoveryCodes.activate(cast.alice).get_unused_codes()
    client = cast.browser()
    cache.clear()
    client.post("/accounts/login/", {"login": "alice@example.edu", "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": code})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    for path in ("", "download/"):
        answer = client.get(f"/accounts/2fa/recovery-codes/{path}")
        assert answer.status_code == 200
        assert "no-store" in answer.headers["Cache-Control"]


def test_it_clears_the_browser_that_signs_out(cast: Cast) -> None:
    client = cast.browser(cast.alice)
    client.get("/t/admissions/contacts/")
    assert client.cookies["team"].value == "admissions"
    answer = client.post("/accounts/logout/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.cookies["team"].value == ""
    assert "Clear-Site-Data" not in client.get("/accounts/login/").headers


def test_it_answers_to_its_own_name_only(cast: Cast) -> None:
    assert cast.browser().get("/accounts/login/", HTTP_HOST="evil.example").status_code == 400


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [("alice", "/nothing", 404), ("bob", "/t/admissions/users/", 403), ("bob", "/owner/log/", 403)],
)
def test_it_says_what_is_not_there_or_not_yours_with_a_way_on(cast: Cast, who: str, path: str, status: int) -> None:
    answer = cast.browser(getattr(cast, who)).get(path)
    assert answer.status_code == status
    html = answer.content.decode()
    assert html.count("<h1>") == 1
    assert 'class="button primary"' in html


def test_it_says_what_to_do_with_a_form_that_is_too_old(cast: Cast) -> None:
    answer = cast.browser(cast.alice, csrf=True).post("/profile/", {"first_name": "x"})
    assert answer.status_code == 403
    assert b"Nothing was saved" in answer.content


def test_it_has_a_page_for_a_fault_of_ours(cast: Cast) -> None:
    client = cast.browser(cast.alice)
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE teams_token RENAME TO lost")
    answer = client.get("/profile/")
    assert answer.status_code == 500
    assert b"on our side" in answer.content
    assert b"teams_token" not in answer.content
