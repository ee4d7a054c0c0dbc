"""Every page and every mail in our languages, and in one made for tests, where what is translated is in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import available_timezones

import pytest
from babel import Locale
from django.conf import settings as django_settings
from django.core import mail
from django.test import Client, override_settings
from django.utils import timezone, translation

from muster import demo
from muster.connect.models import Webhook
from muster.connect.outbox import EVENTS
from muster.connect.webhooks import manage
from muster.contacts.models import Contact, CustomField
from muster.core.fields import SYSTEM_FIELDS, Options
from muster.core.fixes import FIXES
from muster.core.table.encoding import ENCODINGS
from muster.demo_files import UGLY
from muster.imports import mail as import_mail
from muster.imports import run, undo, worker
from muster.imports.models import Import, Mail, Recipe, State
from muster.teams import invitations
from muster.teams.models import Team, User
from tests.real import pseudo
from tests.web.doors import FORMS, LIBRARY, PAGES, Door
from tests.web.test_walls import World, addresses, path_of, tried, world

__all__ = ["world"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_200), pytest.mark.django_db(databases="__all__")]

# The same in every language, and why.
SAME = re.compile(
    r"Muster(?: \d\S*)?|UTC|CSV|US|GB"  # the product and its version, a zone, a form of files, codes of regions
    r"|https?://\S+"
    r"|\d+-a de \d{4}(?:, \w\w(?= ))?|de \d{4}"  # dates, as Django has them in Esperanto
)
ENGLISH_ON_PURPOSE = {"api-docs", "metrics", "healthz"}  # what programs read too
SCRIPTS = re.compile(r"<script.*?</script>", re.DOTALL)
UNFILLED = re.compile(r"(?<![{\w])\{\w+(?::,)?\}|%\(\w+\)s")
COLUMNS = {"First Name": "FirstName", "Shoe size": None}


class Seen(NamedTuple):
    """A page as it came."""

    where: str
    text: str


@pytest.fixture
def demo_team(world: World, settings: Any, tmp_path: Path) -> Team:
    """The demo, with an import in every state."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    made = demo.make(random_passwords=True)
    ana = User.objects.get(email=demo.ANA.email)
    ugly = Options(blank_mobile="infer", columns=COLUMNS)
    receive(made.team, ana, Options(blank_mobile="infer"))  # its columns wait for answers
    receive(made.team, ana, ugly)
    done = worker.run_now(receive(made.team, ana, ugly, confirm=True))
    later = worker.run_now(receive(made.team, ana, Options(blank_mobile="fail", columns=COLUMNS), confirm=True))
    worker.run_now(undo.undo(later, ana))
    assert done.state == State.DONE
    for state in (State.FAILED, State.CANCELLED, State.WAITING, State.CHECKING):
        imp = receive(made.team, ana, ugly)
        Import.objects.filter(pk=imp.pk).update(state=state)
    return made.team


def receive(team: Team, by: User, options: Options, *, confirm: bool = False) -> Import:
    return run.receive(
        team, by, method="file", filename="ugly.csv", data=UGLY.encode(), options=options, confirm=confirm
    )


def pages(world: World) -> Iterator[Seen]:
    """Every address, asked and sent an empty form, by those who may; what it did is undone."""
    for name, pattern in addresses().items():
        if name in ENGLISH_ON_PURPOSE:
            continue
        door, path = (PAGES | LIBRARY)[name], path_of(name, pattern, world.ours)
        for character in ("nobody", "alice", "bob", "olivia"):
            if character == "bob" and door is not Door.MEMBER:
                continue
            client = world.cast.browser(world.who(character))
            yield Seen(f"{character}: {name}", tried(client, "get", path, data=FORMS.get(name)).text)
            if character in {"alice", "olivia"} or name in LIBRARY:
                yield Seen(f"{character}: post {name}", tried(client, "post", path, data=FORMS.get(name)).text)


def pages_of_the_demo(team: Team, character: str = demo.ANA.email) -> Iterator[Seen]:
    """What the demo shows of contacts, imports in every state, fixes, filters and lists."""
    client = Client()
    client.force_login(User.objects.get(email=character))
    for path in paths_of_the_demo(team):
        yield Seen(path.rsplit(f"/{team.slug}", 1)[-1], tried(client, "get", path).text)
    running = Import.objects.get(team=team, state=State.CANCELLED)
    Import.objects.filter(pk=running.pk).update(state=State.IMPORTING)
    yield Seen("an import under way", tried(client, "get", f"/t/{team.slug}/imports/{running.pk}/").text)
    Import.objects.filter(team=team, state=State.IMPORTING).update(state=State.CANCELLED)


def paths_of_the_demo(team: Team) -> Iterator[str]:
    top = f"/t/{team.slug}"
    yield from (f"{top}/{each}" for each in ("", "contacts/", "imports/", "fields/", "log/", "imports/recipes/"))
    yield from (f"{top}/contacts/?reach={each}&send=assigned" for each in ("text", "whatsapp", "whatsapp_marketing"))
    yield from (f"{top}/contacts/?{each}" for each in ("q=zzzz", "q=amara", "assigned=none", "updated=2026-01-01"))
    yield f"{top}/contacts/stopped/"
    yield from (f"{top}/contacts/{each.id}/" for each in Contact.objects.filter(team=team))
    for imp in Import.objects.filter(team=team):
        yield from (f"{top}/imports/{imp.pk}/{each}" for each in ("", "confirm/", "undo/", "columns", "reading/"))
        if imp.state == State.READY:
            yield from paths_of_a_draft(f"{top}/imports/{imp.pk}/")


def paths_of_a_draft(draft: str) -> Iterator[str]:
    yield from (f"{draft}?show={each}" for each in ("all", "problems", "warnings", "new", "updates", "left-out"))
    yield from (f"{draft}rows/{number}/?show=all" for number in range(2, UGLY.count("\n") + 1))
    for name, fix in FIXES.items():
        header = fix.field or {"dates": "Enrolled on", "map": "StaffId"}.get(name, "WhatsAppMobileNumber")
        yield f"{draft}fix/?fix={name}&show=all&header={header}&region=GB&order=dmy&find=a&value=b"


def mails(world: World, team: Team) -> Iterator[Seen]:
    """Every mail there is, to somebody who reads the language of the moment."""
    language = translation.get_language() or "en"
    User.objects.update(language=language)
    ana = User.objects.get(email=demo.ANA.email)
    done = Import.objects.filter(team=team, state=State.DONE, failed__gt=0, undoes=None).latest("created_at")
    refused = Import.objects.get(team=team, state=State.REFUSED)
    Mail.objects.all().delete()
    Import.objects.filter(team=team, state=State.WAITING).delete()  # else it would be done first
    worker.run_now(receive(team, ana, Options(blank_mobile="infer", columns=COLUMNS), confirm=True))
    import_mail.write_failure(done, timezone.now())
    import_mail.write_refusal(refused, timezone.now())
    webhook = Webhook.objects.get(team=world.ours.team)
    webhook.off_because = "No answer came."
    manage.switched_off.send(Webhook, webhook=webhook)
    mail.outbox.clear()
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        send_account_mails(world)
    for each in Mail.objects.all():
        yield Seen(f"mail {each.about}: subject", f"<p>{each.subject}</p>")
        yield Seen(f"mail {each.about}", f"<pre-text>{each.text}</pre-text>")
        yield Seen(f"mail {each.about}: page", each.html)
    for sent in mail.outbox:
        yield Seen(f"mail {sent.subject}", f"<p>{sent.subject}</p><pre-text>{sent.body}</pre-text>")


def send_account_mails(world: World) -> None:
    alice = world.cast.alice
    client = world.cast.browser(alice)
    invitations.invite(world.ours.team, alice, email="new@example.edu")
    Client().post("/accounts/password/reset/", {"email": alice.email})
    client.post("/accounts/email/", {"email": "else@example.edu", "action_add": ""})


def known(world: World, team: Team) -> list[str]:
    """What people wrote or machines read, and what the languages have names of: longest first."""
    names: set[str] = {each.replace("_", " ") for each in available_timezones()}
    names |= set(Locale.parse(pseudo.CODE).territories.values()) | {name for _, name in django_settings.LANGUAGES}
    names |= {"English", "Esperanto", *ENCODINGS.values(), *EVENTS, "Hello"}  # of a mail that the world keeps
    names |= {header for field in SYSTEM_FIELDS for header in (field.name, *field.headers)}
    names |= {*UGLY.split("\n", 1)[0].split(","), *COLUMNS, "Animal"}
    for user in User.objects.all():
        names |= {user.name, user.email}
    for each in (world.ours.team, world.theirs.team, team):
        names |= {each.name, *CustomField.objects.filter(team=each).values_list("name", flat=True)}
        names |= {f"({staff})" for staff in each.memberships.exclude(staff_id=None).values_list("staff_id", flat=True)}
        names |= {str(contact) for contact in Contact.objects.filter(team=each)}
        names |= set(Recipe.objects.filter(team=each).values_list("name", flat=True))
        names |= set(Import.objects.filter(team=each).values_list("filename", flat=True))
    return sorted(filter(None, names), key=len, reverse=True)


def test_every_text_of_pages_and_mails_can_be_translated(world: World, demo_team: Team, tmp_path: Path) -> None:
    data = re.compile("|".join(map(re.escape, known(world, demo_team))))
    with pseudo.spoken(tmp_path / "locale"), override_settings(LANGUAGE_CODE=pseudo.CODE):
        translation.activate(pseudo.CODE)
        User.objects.update(language=pseudo.CODE)
        found: dict[str, set[str]] = {}
        for seen in (*pages(world), *pages_of_the_demo(demo_team), *mails(world, demo_team)):
            assert pseudo.OPEN in seen.text or not seen.text.startswith("<!"), seen.where
            if seen.text.lstrip().startswith("<"):
                for text in pseudo.left(seen.text):
                    if pseudo.WORD.search(SAME.sub("", data.sub("", text))):
                        found.setdefault(text, set()).add(seen.where)
    assert {text: sorted(where)[:3] for text, where in found.items()} == {}


@pytest.mark.parametrize("language", [code for code, _ in django_settings.LANGUAGES])
def test_every_page_and_mail_is_whole_in_each_language(world: World, demo_team: Team, language: str) -> None:
    User.objects.update(language=language)
    translation.activate(language)
    wrong: dict[str, Any] = {}
    for seen in (*pages_of_the_demo(demo_team), *mails(world, demo_team)):
        unfilled = UNFILLED.findall(SCRIPTS.sub("", seen.text))
        if unfilled or (seen.text.startswith("<!doctype") and f'<html lang="{language}"' not in seen.text):
            wrong[seen.where] = unfilled or seen.text[:200]
    assert wrong == {}


def test_it_sees_what_is_not_translated() -> None:
    assert pseudo.left('<p title="⟦a⟧">⟦Marked <b>and bold</b>⟧ <bdi>Ann</bdi> 12</p>') == []
    assert pseudo.left('<p title="Plain">⟦Marked⟧ plain</p><td dir="auto">Ann</td>') == ["Plain", "plain"]
