"""What `muster serve`, `work` and `migrate` warn of: hashes of stopped numbers whose secret is gone."""

from __future__ import annotations

import pytest
from django.core import checks
from pytest_django.fixtures import Settings

from muster.cli.serving import tell_warnings
from muster.contacts.consent import channels
from muster.contacts.erase import erase
from tests.cast import Cast
from tests.contacts.test_consent import add

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def erased(cast: Cast) -> None:
    """A number that said STOP, of which only a hash is left; and one in the clear."""
    contact = add(cast)
    for number in ("+17165551234", "+17165550102"):
        channels.hear(cast.team, number, "text", opted_out=True)
    erase(contact, cast.alice)


@pytest.mark.usefixtures("erased")
def test_it_warns_where_a_secret_is_gone(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.SECRET_KEY = "another, made today"

    tell_warnings(checks.Tags.database)

    told = capsys.readouterr().err
    assert "1 numbers of erased people on stop lists were hashed with a secret key that is not set" in told
    assert "Put the earlier secret key into MUSTER_OLD_SECRET_KEYS." in told


@pytest.mark.usefixtures("erased")
def test_it_is_quiet_while_the_old_secret_counts(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another, made today", [settings.SECRET_KEY]

    tell_warnings(checks.Tags.database)

    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("erased")
def test_it_looks_into_no_database_that_it_was_not_asked_about(settings: Settings) -> None:
    settings.SECRET_KEY = "another, made today"

    assert not [each for each in checks.run_checks() if each.id == "muster.W002"]
