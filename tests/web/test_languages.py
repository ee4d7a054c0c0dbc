"""The language of pages, mails and the API: the person's, else the browser's, else the installation's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.utils import translation
from django.utils.translation import trans_real

from muster.core import errors
from muster.core.problems import Problem
from muster.core.sentences import failures
from muster.imports.models import Import, Mail, State
from muster.teams import invitations, tokens
from muster.teams.languages import choice
from muster.teams.models import Invitation, User
from tests.cast import Cast
from tests.imports.play import ANA, BO, drafted, imported, sheet
from tests.real import catalogues

pytestmark = pytest.mark.django_db(databases="__all__")
GERMAN: dict[catalogues.Text, catalogues.Text] = {
    "Profile": "Profil",
    "Language": "Sprache",
    "{headers} is missing from the header row.": "{headers} fehlt.",
    "There are {rows:,} rows. The limit is {limit:,}.": "{rows:,} Zeilen, Grenze {limit:,}.",
    "Import finished: {saved:,} saved, {left_out:,} left out ({team})": "Fertig: {saved:,} / {left_out:,} ({team})",
    "{team}: you are invited to Muster": "{team}: Einladung zu Muster",
    "There is nothing here, or it belongs to a team you are not in.": "Hier ist nichts.",
    "This cursor is not one that an answer gave as `next`.": "Das ist kein Cursor aus `next`.",
    failures.GIVEN_UP: "{tries} Mal.",
}


@pytest.fixture
def german(tmp_path: Path) -> Iterator[None]:
    """A catalogue with a few texts, in place of the real one."""
    with catalogues.spoken(tmp_path, de=GERMAN, ar={}):
        yield


def test_it_speaks_the_language_of_the_browser(german: None, cast: Cast) -> None:
    answer = cast.browser(cast.alice).get("/profile/", headers={"accept-language": "de-AT,de;q=0.9,en;q=0.5"})

    assert answer.headers["Content-Language"] == "de"
    assert "Accept-Language" in answer.headers["Vary"]
    assert '<html lang="de" dir="ltr"' in answer.content.decode()
    assert "Sprache" in answer.content.decode()


def test_the_profile_has_the_last_word(german: None, cast: Cast) -> None:
    browser = cast.browser(cast.alice)
    assert browser.post("/profile/language/", {"language": "de"}).status_code == 302

    assert browser.get("/profile/", headers={"accept-language": "en"}).headers["Content-Language"] == "de"
    assert browser.post("/profile/language/", {"language": "browser"}).status_code == 302
    assert browser.get("/profile/", headers={"accept-language": "en"}).headers["Content-Language"] == "en"


@pytest.mark.parametrize("unknown", ["ja", "", "../de", "de-XX"])
def test_a_profile_takes_only_a_language_there_is(german: None, cast: Cast, unknown: str) -> None:
    cast.browser(cast.alice).post("/profile/language/", {"language": unknown})

    assert User.objects.get(pk=cast.alice.pk).language == ""


def test_without_either_it_is_that_of_the_installation(german: None, cast: Cast) -> None:
    with override_settings(LANGUAGE_CODE="de"):
        assert Client().get("/accounts/login/").headers["Content-Language"] == "de"
        assert choice.of_user(cast.alice) == "de"
    assert Client().get("/accounts/login/").headers["Content-Language"] == "en"


def test_arabic_runs_from_right_to_left(german: None, cast: Cast) -> None:
    answer = cast.browser(cast.alice).get("/profile/", headers={"accept-language": "ar"})

    assert '<html lang="ar" dir="rtl"' in answer.content.decode()


def test_a_page_that_refuses_speaks_the_language_too(german: None, cast: Cast) -> None:
    answer = cast.browser(cast.alice).get("/t/nowhere/", headers={"accept-language": "de"})

    assert (answer.status_code, answer.headers["Content-Language"]) == (404, "de")


def test_the_api_says_its_messages_in_the_language_asked_for(german: None, cast: Cast) -> None:
    _, token = tokens.make(cast.alice, "a program", None)
    User.objects.filter(pk=cast.alice.pk).update(language="ar")  # of people, not of programs
    asked = {"Authorization": f"Bearer {token}"}
    imp = drafted(cast.team, cast.alice, b"Id,Name\n1,A\n")
    path = f"/api/v1/teams/{cast.team.slug}/imports/{imp.pk}"

    def refused(language: str) -> dict[str, str]:
        answer = Client().get(path, headers={**asked, "accept-language": language})
        found: dict[str, str] = next(each for each in answer.json()["problems"] if each["code"] == "header-missing")
        return found

    german_one, english = refused("de"), refused("en")
    assert german_one["message"].endswith(" fehlt.")
    assert english["message"].endswith("is missing from the header row.")
    assert {**german_one, "message": "", "fix": ""} == {**english, "message": "", "fix": ""}


@pytest.mark.parametrize(
    ("path", "detail"),
    [("imports?cursor=x", "Das ist kein Cursor aus `next`."), ("nothing", "Hier ist nichts.")],
)
def test_the_api_says_its_own_sentences_so_too(german: None, cast: Cast, path: str, detail: str) -> None:
    _, token = tokens.make(cast.alice, "a program", None)
    asked = {"Authorization": f"Bearer {token}", "accept-language": "de"}
    answer = Client().get(f"/api/v1/teams/{cast.team.slug}/{path}", headers=asked)

    assert answer.json()["detail"] == detail


def test_a_page_says_in_the_language_why_an_import_ended(german: None, cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    kept = failures.GIVEN_UP.format(tries=3)
    Import.objects.filter(pk=imp.pk).update(state=State.FAILED, failure=kept)
    address = f"/t/{cast.team.slug}/imports/{imp.pk}/"

    def shown(language: str) -> str:
        return cast.browser(cast.alice).get(address, headers={"accept-language": language}).content.decode()

    assert "3 Mal." in shown("de")
    assert kept in shown("en")


def test_numbers_in_sentences_take_the_form_of_the_language(german: None) -> None:
    found = Problem("file-too-many-rows", facts={"rows": 12_345, "limit": 5_000, "over": 7_345})

    with translation.override("de"):
        assert errors.message(found) == "12.345 Zeilen, Grenze 5.000."
    with translation.override("en"):
        assert errors.message(found) == "There are 12,345 rows. The limit is 5,000."


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_text_is_looked_up_once_for_each_language(german: None, language: str) -> None:
    with translation.override(language):
        first = [translation.gettext("Profile"), translation.ngettext("%(count)s row", "%(count)s rows", 2)]
        known: Any = trans_real.catalog()
        looked_up = known.gettext.cache_info().misses, known.ngettext.cache_info().misses
        again = [translation.gettext("Profile"), translation.ngettext("%(count)s row", "%(count)s rows", 2)]
        assert again == first == ["Profil" if language == "de" else "Profile", "%(count)s rows"]
        assert looked_up == (known.gettext.cache_info().misses, known.ngettext.cache_info().misses)


def test_each_reader_gets_the_mail_of_an_import_in_their_language(german: None, cast: Cast) -> None:
    User.objects.filter(pk=cast.alice.pk).update(language="de")
    cast.alice.refresh_from_db()
    cast.team.notify = ["office@example.edu"]
    cast.team.save()
    imported(cast.team, cast.alice, sheet(ANA, BO))

    subjects = dict(Mail.objects.values_list("to", "subject"))
    assert subjects == {
        "alice@example.edu": "Fertig: 2 / 0 (Admissions)",
        "office@example.edu": "Import finished: 2 saved, 0 left out (Admissions)",
    }
    assert '<html lang="de" dir="ltr"' in Mail.objects.get(to="alice@example.edu").html


def test_an_invitation_speaks_as_its_reader_or_else_as_who_invites(german: None, cast: Cast) -> None:
    User.objects.filter(pk=cast.bob.pk).update(language="de")
    for email in (cast.bob.email, "new@example.edu"):
        invitations.send(Invitation(team=cast.team, email=email, pk=1, invited_by=cast.alice))
    with translation.override("de"):
        invitations.send(Invitation(team=cast.team, email="new@example.edu", pk=1, invited_by=cast.alice))

    in_german, in_english = "Admissions: Einladung zu Muster", "Admissions: you are invited to Muster"
    assert [each.subject for each in mail.outbox] == [in_german, in_english, in_german]


def test_signing_in_tells_in_which_language_to_write(german: None, cast: Cast) -> None:
    cast.alice.set_password("a long password of hers")
    cast.alice.save()
    asked = {"login": cast.alice.email, "password": "a long password of hers"}
    Client().post("/accounts/login/", asked, headers={"accept-language": "de"})

    assert choice.of_address(cast.alice.email.upper()) == "de"


def test_it_leaves_no_language_behind_for_whoever_comes_next(german: None, cast: Cast) -> None:
    browser = cast.browser(cast.alice)
    browser.get("/profile/", headers={"accept-language": "de"})

    assert browser.get("/profile/").headers["Content-Language"] == "en"


def test_a_page_without_a_request_says_its_language(german: None) -> None:
    with translation.override("ar"):
        assert '<html lang="ar" dir="rtl"' in render_to_string("500.html")


def test_a_language_is_offered_when_it_has_a_folder() -> None:
    folders = {path.parent.name.lower().replace("_", "-") for path in Path("muster/locale").glob("*/LC_MESSAGES")}

    assert dict(django_settings.LANGUAGES).keys() == {"en", *folders}
