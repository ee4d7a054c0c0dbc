"""Notices: what happened while one was away, and words about mail that are true."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.cache import cache
from django.utils import timezone
from pytest_django.fixtures import Settings

from muster.connect.webhooks import manage
from muster.contacts import edit
from muster.imports.models import Import
from muster.settings import settings as muster_settings
from muster.teams.models import User
from tests.cast import PASSWORD, Cast
from tests.imports.play import ANA, HEADER, drafted, imported, sheet

pytestmark = pytest.mark.django_db(databases=["default", "progress"])
FILES = "muster.teams.mailing.mail_files.MailFiles"
BELL = 'aria-label="Notices, {} new"'


def texts(cast: Cast, user: User) -> list[str]:
    return [each.text for each in cast.browser(user).get("/notices/").context["notices"]]


def test_it_tells_of_imports_that_ended_until_they_are_marked_as_seen(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA, "S2,,,,"), method="file")
    browser = cast.browser(cast.alice)
    page = browser.get("/notices/")
    assert texts(cast, cast.alice) == ["Done with problems: 1 saved, 1 left out"]
    assert BELL.format(1) in page.content.decode()
    browser.post("/notices/")
    again = browser.get("/notices/")
    assert 'aria-label="Notices"' in again.content.decode()
    assert [each.is_new for each in again.context["notices"]] == [False]


def test_it_tells_nobody_of_anothers_imports_nor_of_a_team_they_have_left(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA), method="file")
    assert texts(cast, cast.bob) == texts(cast, cast.charlie) == texts(cast, cast.olivia) == []
    cast.membership(cast.alice).delete()
    assert texts(cast, cast.alice) == []


def test_it_tells_of_a_draft_two_days_before_it_goes(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA), method="file")
    assert texts(cast, cast.alice) == []
    old = timezone.now() - dt.timedelta(days=muster_settings().draft_days - 1)
    Import.objects.filter(pk=imp.pk).update(created_at=old)
    assert [text.split(",")[0] for text in texts(cast, cast.alice)] == ["Draft"]


def test_it_tells_admins_of_webhooks_that_were_switched_off(cast: Cast) -> None:
    webhook, _ = manage.add(cast.team, cast.alice, url="https://example.com/hook", events=["contacts.changed"])
    manage.switch_off(webhook, "503 later")
    edit.add(cast.team, cast.alice, {"first_name": "Ana", "last_name": "Ray", "mobile_number": "+1 716 555 1234"})

    (notice,) = cast.browser(cast.alice).get("/notices/").context["notices"]
    assert (notice.name, notice.link) == ("https://example.com/hook", f"/t/admissions/webhooks/{webhook.pk}/")
    assert texts(cast, cast.bob) == texts(cast, cast.charlie) == []
    overview = cast.browser(cast.alice).get("/t/admissions/").content.decode()
    assert "Webhook switched off: nothing arrived for three days" in overview

    webhook.refresh_from_db()
    manage.change(webhook, cast.alice, enabled=True)
    assert texts(cast, cast.alice) == []
    assert "Webhook switched off" not in cast.browser(cast.alice).get("/t/admissions/").content.decode()


def test_the_bell_counts_what_is_new_of_the_list(cast: Cast) -> None:
    for days, row in ((9, "S3,C,D,+17165550103,"), (5, "S4,E,F,+17165550104,")):
        imp = imported(cast.team, cast.alice, sheet(row), method="file")
        ended = timezone.now() - dt.timedelta(days=days)
        Import.objects.filter(pk=imp.pk).update(created_at=ended, finished_at=ended)
    User.objects.filter(pk=cast.alice.pk).update(notices_seen_at=timezone.now() - dt.timedelta(days=7))
    draft = drafted(cast.team, cast.alice, sheet(ANA), method="file")
    created = timezone.now() - dt.timedelta(days=muster_settings().draft_days - 1)
    Import.objects.filter(pk=draft.pk).update(created_at=created)
    webhook, _ = manage.add(cast.team, cast.alice, url="https://example.com/hook", events=["contacts.changed"])
    manage.switch_off(webhook, "503 later")
    drafted(cast.team, cast.alice, sheet(ANA), method="file")  # which goes long after

    page = cast.browser(cast.alice).get("/notices/")
    assert [each.is_new for each in page.context["notices"]] == [True, True, True, False]
    assert BELL.format(3) in page.content.decode()


def test_looking_writes_nothing(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA), method="file")
    cast.browser(cast.alice).get("/notices/")
    assert User.objects.get(pk=cast.alice.pk).notices_seen_at is None


def test_without_a_mail_server_an_invitation_shows_its_link(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.MAIL_FILES = FILES, tmp_path
    browser = cast.browser(cast.alice)
    said = browser.post("/t/admissions/users/invite/", {"email": "zoe@example.edu", "role": "user"}, follow=True)
    page = said.content.decode()
    assert "zoe@example.edu is invited. Give them the link below: no mail was sent." in page
    (_, link), *_ = said.context["invitations"]
    assert f'value="{link}"' in page
    assert cast.browser().get(link.removeprefix(muster_settings().url)).status_code == 200


def test_with_a_mail_server_it_says_that_a_mail_goes(cast: Cast, settings: Settings) -> None:
    browser = cast.browser(cast.alice)
    assert "We'll email you" in browser.get("/t/admissions/imports/paste/").content.decode()
    settings.EMAIL_BACKEND = FILES
    assert "We'll email you" not in browser.get("/t/admissions/imports/paste/").content.decode()


def test_owners_are_told_that_there_is_no_mail_server(cast: Cast, settings: Settings) -> None:
    said = "No mail server yet"
    assert said not in cast.browser(cast.olivia).get("/t/admissions/").content.decode()
    settings.EMAIL_BACKEND = FILES
    assert said in cast.browser(cast.olivia).get("/t/admissions/").content.decode()
    assert said not in cast.browser(cast.alice).get("/t/admissions/").content.decode()


def test_a_paste_says_where_the_result_will_be(cast: Cast, settings: Settings) -> None:
    settings.EMAIL_BACKEND = FILES
    values = {"text": f"{HEADER}\n{ANA}", "blank_mobile": "fail", "go": "import"}
    answer = cast.browser(cast.alice).post("/t/admissions/imports/paste/", values, follow=True)
    assert "The result will be in your Notices." in answer.content.decode()


def test_without_a_mail_server_no_page_of_an_account_says_that_a_mail_went(
    cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    cache.clear()  # what other tests asked for counts otherwise
    asked = {"email": "alice@example.edu"}
    before = cast.browser().post("/accounts/password/reset/", asked, follow=True).content.decode()
    assert "a mail is on its way" in before
    settings.EMAIL_BACKEND, settings.MAIL_FILES = FILES, tmp_path
    told = cast.browser().post("/accounts/password/reset/", asked, follow=True).content.decode()
    assert "on its way" not in told
    assert "the owners have the link to choose a new password" in told
    browser = cast.browser()
    browser.post("/accounts/login/", {"login": cast.alice.email, "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    changed = browser.post("/accounts/email/", {"email": "ally@example.edu", "action_add": ""}, follow=True)
    page = browser.get("/accounts/email/").content.decode() + changed.content.decode()
    assert "We mailed" not in page
    assert "the mail is kept for the owners of this installation" in page
