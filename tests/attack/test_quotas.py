"""One person or team cannot have more open drafts, bytes or requests than its share; 429 tells so."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from muster.imports import run
from muster.imports.models import Import
from muster.quotas import FORM
from muster.settings import settings
from muster.teams import tokens
from muster.teams.sign_in import pace
from muster.teams.sign_in.pace import Pace
from tests.cast import Cast
from tests.imports.play import ANA, BO, drafted, sheet

pytestmark = pytest.mark.django_db(databases="__all__")
NEW = "/t/admissions/imports/new/"


def upload(client: Client, **headers: str) -> Any:
    file = SimpleUploadedFile("contacts.csv", sheet(ANA))
    return client.post(NEW, {"file": file, "blank_mobile": "infer"}, headers=headers)


def program(cast: Cast) -> Client:
    return Client(headers={"authorization": f"Bearer {tokens.make(cast.alice, 'test')[1]}"})


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [("user_drafts", "one person may have"), ("team_drafts", "Your team has 2"), ("team_draft_bytes", "as large as")],
)
def test_a_draft_too_many_is_refused_in_words(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, limit: str, sentence: str
) -> None:
    for _ in range(2):
        drafted(cast.team, cast.alice, sheet(ANA))
    monkeypatch.setattr(settings(), limit, 2)

    page = upload(cast.browser(cast.alice))
    assert (page.status_code, page.headers["Retry-After"]) == (429, "60")
    assert sentence in page.content.decode()
    script = upload(cast.browser(cast.alice), accept="application/json")
    assert (script.status_code, sentence in script.json()["problem"]) == (429, True)
    rows = json.dumps({"text": sheet(BO).decode(), "blank_mobile": "infer"})
    api = program(cast).post("/api/v1/teams/admissions/imports", rows, content_type="application/json")
    assert api.status_code == 429, api.content
    assert (api.status_code, sentence in api.json()["detail"], api.headers["Retry-After"]) == (429, True, "60")
    assert Import.objects.count() == 2


def test_a_draft_that_is_discarded_makes_room(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "user_drafts", 1)
    run.cancel(drafted(cast.team, cast.alice, sheet(ANA)), cast.alice)

    assert upload(cast.browser(cast.alice)).status_code == 302


def test_the_drafts_of_one_team_are_nothing_to_another(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "team_drafts", 1)
    drafted(cast.team, cast.alice, sheet(ANA))

    assert drafted(cast.other_team, cast.charlie, sheet(ANA)).rows == 1


def test_who_asks_too_often_is_told_and_others_are_not(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Pace(per_second=0.001, burst=3)
    monkeypatch.setattr(pace, "_of_everybody", lambda _: slow)
    alice, bob = cast.browser(cast.alice), cast.browser(cast.bob)

    answers = [alice.get("/t/admissions/contacts/") for _ in range(4)]
    assert (answers[0].status_code, answers[-1].status_code, answers[-1].headers["Retry-After"]) == (200, 429, "1")
    assert "You ask too often" in answers[-1].content.decode()
    assert program(cast).get("/api/v1/me").status_code == 429
    assert bob.get("/t/admissions/contacts/").status_code == 200


def test_what_was_typed_is_kept_to_be_sent_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = cast.browser(cast.alice)
    drafted(cast.team, cast.alice, sheet(ANA))
    monkeypatch.setattr(settings(), "user_drafts", 1)
    rows = {"text": sheet(BO).decode(), "blank_mobile": "infer", "key": "a" * 32}
    page = client.post("/t/admissions/imports/paste/", rows).content.decode()
    assert all(f'<textarea name="{name}" hidden>\n{value}</textarea>' in page for name, value in rows.items())
    assert "Try again" in page
    assert "the file has to be chosen again" in upload(client).content.decode()

    monkeypatch.setattr(pace, "_of_everybody", lambda _: Pace(per_second=0.001, burst=0))
    page = client.post("/profile/", "first_name=Alicia", content_type=FORM).content.decode()
    assert '<textarea name="first_name" hidden>\nAlicia</textarea>' in page
    assert "Try again" not in upload(client).content.decode()


def test_no_password_is_kept_on_a_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_of_everybody", lambda _: Pace(per_second=0.001, burst=0))
    page = cast.browser(cast.alice).post("/accounts/reauthenticate/", "password=secret", content_type=FORM)
    assert (page.status_code, "secret" in page.content.decode()) == (429, False)
