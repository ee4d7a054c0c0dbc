"""Contacts: search, one by one, history and consent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Status
from pydantic import AfterValidator, Field

from muster.api.auth import Admins, Members, who
from muster.api.changed import Words
from muster.api.description.openapi import says
from muster.api.paging import Page, decode, encode
from muster.api.problems import Refused
from muster.api.shapes.contact_json import many_as_json, values_of
from muster.api.shapes.contacts import (
    BY,
    ConsentIn,
    ConsentOfNumber,
    ContactIn,
    ContactOut,
    Contacts,
    ErasureOut,
    Heard,
    History,
    Opted,
)
from muster.contacts import edit
from muster.contacts.consent import stop_list
from muster.contacts.consent.later import hear_now_or_later
from muster.contacts.consent.words import Word
from muster.contacts.erase import erase
from muster.contacts.models import Change, Contact, Erasure
from muster.contacts.schema import schema_of
from muster.contacts.search import find as search
from muster.contacts.search.asked import MOST, conditions
from muster.contacts.search.filters import Filters, filters_of
from muster.core.cells.whole import whole
from muster.core.phones import spellings
from muster.core.problems import Problem
from muster.core.sentences.language import gettext as _
from muster.teams.access import Access
from muster.teams.models import Team, User

router = Router(tags=["Contacts"])
By = Annotated[Literal["contact_id", "id"], Query(description=BY)]


def moment(at: datetime | None) -> datetime | None:
    """A time that a database can hold; without a zone it is UTC."""
    if at is None:
        return None
    if not 1970 <= at.year < 2100:
        raise ValueError("must be a time between 1970 and 2100")
    return at if at.tzinfo else at.replace(tzinfo=UTC)


class Wanted(Page):
    """Which contacts."""

    q: Annotated[str, Field(max_length=200, description="Name, ContactId, number in any format; all words.")] = ""
    staff_id: Annotated[str, Field(max_length=255, description="Of the assigned user.")] = ""
    assigned: Annotated[str, Field(max_length=20, description='"mine" or "none".', pattern="^(mine|none)?$")] = ""
    text: Opted | None = None
    whatsapp: Opted | None = None
    whatsapp_marketing: Opted | None = None
    import_: Annotated[str, Field(alias="import", max_length=36, description="Id of an import that changed them.")] = ""
    updated_since: Annotated[
        datetime | None,
        AfterValidator(moment),
        Field(description="Only contacts that were changed then or later; ISO 8601."),
    ] = None
    did: Annotated[str, Field(description="What that import did.", pattern="^(created|updated|undone)?$")] = ""

    where: Annotated[
        list[str],
        Field(max_length=MOST, description="By any field, `custom.12:is:Biology`, as the page's address has it."),
    ] = []

    def filters(self, who: Access) -> Filters:
        """As search takes them."""
        asked = self.dict(
            by_alias=True, exclude_none=True, exclude={"q", "limit", "cursor", "updated_since", "sort", "where"}
        )
        where = conditions(self.where, schema_of(who.team))
        return replace(filters_of(who.team, asked, who.membership, where), updated_since=self.updated_since)


class Listed(Wanted):
    """Which contacts, and in which order."""

    sort: Annotated[Literal["newest", "oldest"], Field(description="By when they were added.")] = "newest"


def contact_json(team: Team, contacts: list[Contact]) -> list[dict[str, Any]]:
    """Contacts as the API shows them."""
    shown = many_as_json(team, contacts)
    return [{"id": str(contact.id), **each} for contact, each in zip(contacts, shown, strict=True)]


def find(team: Team, contact_id: str, by: str) -> Contact:
    """The contact in the address. Raises Http404."""
    wanted: dict[str, object] = {"contact_id": contact_id}
    if by == "id":
        wanted = {"id": whole(contact_id)}
    found = Contact.objects.filter(team=team, **wanted).select_related("team").first()
    if found is None:
        raise Http404
    return found


def values_from(team: Team, body: ContactIn) -> dict[str, Any]:
    """What was sent, as `edit` takes it."""
    values, problems = values_of(team, body.dict(exclude_unset=True))
    if problems:
        raise edit.Rejected(*problems)
    return values


@router.get("/teams/{team}/contacts", auth=Members(), response=Contacts)
def list_contacts(request: HttpRequest, team: str, wanted: Query[Listed]) -> dict[str, Any]:
    """Search: words, numbers in any format, filters; newest first, or oldest."""
    asker = who(request)
    key = decode(wanted.cursor, int)
    last, looks = key[0] if key else None, search.find if wanted.sort == "newest" else search.find_oldest
    found = looks(asker.team, wanted.q, wanted.filters(asker), last, limit=wanted.limit)
    following = None if found.next is None else encode(found.next)
    return {"items": contact_json(asker.team, found.contacts), "next": following}


@router.post("/teams/{team}/contacts", auth=Admins(), response={201: ContactOut}, openapi_extra=says(409))
def add_contact(request: HttpRequest, team: str, body: ContactIn) -> Status[dict[str, Any]]:
    """Add a contact by hand. 409 when another has the ContactId or the mobile number."""
    asker = who(request)
    made = edit.add(asker.team, asker.user, values_from(asker.team, body))
    return Status(201, contact_json(asker.team, [made])[0])


@router.post("/teams/{team}/consent", auth=Members(), response={200: Heard, 202: Heard}, openapi_extra=says(409))
def set_consent_of_number(request: HttpRequest, team: str, body: ConsentOfNumber) -> Status[dict[str, Any]]:
    """Opt in or out whoever has a number: what a gateway posts for STOP and START.

    The number may be spelled as WhatsApp spells it. `source` contact: the word is kept also when nobody has the
    number, and counts for whoever gets it. 409 for a message id that has said something else about it. 202 while an
    import of the team is being saved: the word is kept, and applied as soon as that is done.
    """
    asker = who(request)
    number = spellings.heard(body.number, asker.team.home_region)
    if number.e164 is None:
        problem = Problem(
            number.code or "phone-unreadable", None, "number", body.number, {"home": asker.team.home_region}
        )
        raise Refused(422, _("This is not a number."), [problem])
    heard = hear_now_or_later(asker.team, _words(asker, body, number=number.e164))
    if heard is None:
        return Status(202, {"items": [], "kept": True})
    kept = any(stop_list.word(asker.team, number.e164, channel) for channel in body.channels)
    found = {contact.id for each in heard for contact in each.contacts}
    current = Contact.objects.filter(team=asker.team, id__in=found).select_related("team").order_by("id")
    return Status(200, {"items": contact_json(asker.team, list(current)), "kept": kept})


def _words(asker: Access, body: ConsentIn, **about: Any) -> list[Word]:
    """What is said, channel by channel."""
    said: dict[str, Any] = {"opted_out": body.opted_out, "source": body.source, "message_id": body.message_id}
    return [Word(channel, by=asker.user.pk, **said, **about) for channel in body.channels]


@router.get("/teams/{team}/contacts/{path:contact_id}/history", auth=Members(), response=History, by_alias=True)
def list_history(
    request: HttpRequest, team: str, contact_id: str, page: Query[Page], by: By = "contact_id"
) -> dict[str, Any]:
    """List every change of a contact, newest first: who, when, by which import and row, before → after."""
    asker = who(request)
    contact = find(asker.team, contact_id, by)
    changes = Change.objects.filter(team=asker.team, contact=contact.id).order_by("-id")
    key = decode(page.cursor, int)
    found = list((changes.filter(id__lt=key[0]) if key else changes)[: page.limit + 1])
    following = encode(found[page.limit - 1].id) if len(found) > page.limit else None
    return {"items": changes_json(asker.team, found[: page.limit]), "next": following}


def changes_json(team: Team, changes: list[Change]) -> list[dict[str, Any]]:
    """History as the API shows it."""
    words = Words(team)
    emails = dict(User.objects.filter(id__in={each.by for each in changes}).values_list("id", "email"))
    return [
        {
            "at": each.at,
            "source": each.source,
            "by": emails.get(each.by or 0),
            "import": each.import_id,
            "row": each.row,
            "action": each.action,
            "before": words.of(each.before),
            "after": words.of(each.after),
        }
        for each in changes
    ]


@router.post(
    "/teams/{team}/contacts/{path:contact_id}/consent",
    auth=Members(),
    response={200: ContactOut, 202: ContactOut},
    openapi_extra=says(409),
)
def set_consent(
    request: HttpRequest, team: str, contact_id: str, body: ConsentIn, by: By = "contact_id"
) -> Status[dict[str, Any]]:
    """Opt a contact in or out on one channel. The same `message_id` again changes nothing.

    409 for `source` user, opted in, of a contact whose own word was STOP: only their page does that, with a reason.
    202, with the contact as it still is, while an import of the team is being saved: the opt-out or the contact's own
    word is kept, and applied as soon as that is done.
    """
    asker = who(request)
    contact = find(asker.team, contact_id, by)
    heard = hear_now_or_later(asker.team, _words(asker, body, contact=contact.id))
    if heard is None:
        return Status(202, contact_json(asker.team, [contact])[0])
    return Status(200, contact_json(asker.team, heard[-1].contacts)[0])


@router.get("/teams/{team}/contacts/{path:contact_id}", auth=Members(), response=ContactOut)
def read_contact(request: HttpRequest, team: str, contact_id: str, by: By = "contact_id") -> dict[str, Any]:
    """Show a contact."""
    asker = who(request)
    return contact_json(asker.team, [find(asker.team, contact_id, by)])[0]


@router.delete("/teams/{team}/contacts/{path:contact_id}", auth=Admins(), response={202: ErasureOut, 204: None})
def erase_contact(request: HttpRequest, team: str, contact_id: str, by: By = "contact_id") -> Status[Any]:
    """Erase a person: the contact, its history, and what past imports hold of it. It can't be undone.

    202 while workers still look through past imports, with how far they are; 204 when that is done already.
    """
    asker = who(request)
    try:
        erase(find(asker.team, contact_id, by), asker.user)
    except Contact.DoesNotExist:
        raise Http404 from None
    left = Erasure.objects.filter(team=asker.team).order_by("-id").first()
    return Status(202, {"past_imports": {"done": left.done, "of": left.of}}) if left else Status(204, None)


@router.patch("/teams/{team}/contacts/{path:contact_id}", auth=Admins(), response=ContactOut, openapi_extra=says(409))
def change_contact(
    request: HttpRequest, team: str, contact_id: str, body: ContactIn, by: By = "contact_id"
) -> dict[str, Any]:
    """Change a contact: only the keys that are sent. 409 when another has the ContactId or the mobile number."""
    asker = who(request)
    contact = edit.update(find(asker.team, contact_id, by), asker.user, values_from(asker.team, body))
    return contact_json(asker.team, [contact])[0]
