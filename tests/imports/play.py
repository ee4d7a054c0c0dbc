"""Playing an import in a line: text in, the finished import out."""

from typing import Any

from django.utils import timezone

from muster.contacts.models import Change, Contact
from muster.contacts.search.find import find
from muster.core.fields import Options
from muster.imports import run, worker
from muster.imports.models import Import
from muster.teams.models import Team, User

HEADER = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber"
ANA = "S1,Ana,Núñez,+1 716 555 1234,"
BO = "S2,Bo,Kay,+1 716 555 2345,+44 1753 495000"
CY = "S3,Cy,Li,,+44 1753 495001"


def sheet(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join((header, *rows)).encode()


def drafted(team: Team, user: User, data: bytes, *, method: str = "api", **options: Any) -> Import:
    """What becomes of a file that is looked at and not imported yet."""
    return run.receive(
        team, user, method=method, filename="contacts.csv", data=data, options=Options(**options), confirm=False
    )


def imported(team: Team, user: User, data: bytes, *, method: str = "api", **options: Any) -> Import:
    """What becomes of a file that is imported at once."""
    imp = run.receive(
        team, user, method=method, filename="contacts.csv", data=data, options=Options(**options), confirm=True
    )
    return worker.run_now(imp)


def totals(imp: Import) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, failed."""
    assert imp.created + imp.updated + imp.unchanged + imp.failed == imp.rows
    return imp.created, imp.updated, imp.unchanged, imp.failed


def problems(imp: Import) -> list[tuple[int, str | None, str]]:
    return [(each["row"], each["field"], each["code"]) for each in imp.summary["problems"]]


def contact(team: Team, contact_id: str) -> Contact:
    return Contact.objects.get(team=team, contact_id=contact_id)


def history(team: Team, contact_id: str) -> list[tuple[str, Any, Any]]:
    """Action, before and after of every change of a contact, oldest first."""
    changes = Change.objects.filter(team=team, contact=contact(team, contact_id).id).order_by("id")
    return [(each.action, each.before, each.after) for each in changes]


def is_recent(at: Any) -> bool:
    return bool(abs((timezone.now() - at).total_seconds()) < 60)


def everything(team: Team) -> list[dict[str, Any]]:
    """Every contact of a team with all that is stored, save when it was last written."""
    columns = [field.attname for field in Contact._meta.concrete_fields if field.name not in ("updated_at", "pk")]
    return list(Contact.objects.filter(team=team).order_by("id").values(*columns))


def found(team: Team, words: str) -> list[str]:
    """The ContactIds that search finds."""
    return sorted(each.contact_id or "" for each in find(team, words).contacts)
