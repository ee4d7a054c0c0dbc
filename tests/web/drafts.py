"""Drafts to look at, and reading what their pages show."""

from typing import Any

from django.test import Client

from muster.contacts.models import CustomField
from muster.imports import workspace
from muster.imports.models import Import
from tests.cast import Cast
from tests.imports.play import HEADER, drafted, imported

OLD = "S1,Ana,Núñez,+1 716 555 1234,,yes,T01"
MESSY_HEADER = f"{HEADER},WhatsAppOptedOut,StaffId,Term"
MESSY = [
    "S1,Anna,Núñez,+1 716 555 1234,,,T01,Fall",  # 2: an update, opts back in, warned
    "S2,Bo,Kay,716-555-2345,441753495000,no,007,Fall",  # 3: the + is missing
    "S3,Cy,,716-555-3456,0044 1753 495001,no,,Fall",  # 4: no last name, and 00
    "S4,Di,Lee,,+44 1753 495002,no,,",  # 5: inferred
    "S5,Ed,Moe,+1 716 123 1234,,no,T77,Spring",  # 6: no such Staff ID
    "S6,Fay,Nox,716-555-4567,N/A,x,,Summer",  # 7: three problems
    "S7,Gus,Orr,716-555-5678,,no,,",  # 8: new
]


def messy(cast: Cast, *, method: str = "file", **options: Any) -> Import:
    """A draft with every kind of row. Row 2 is known, assigned to Alice, and opted out of WhatsApp by an import."""
    CustomField.objects.create(
        team=cast.team, name="Term", name_folded="term", kind="choice", choices=["Fall", "Spring"]
    )
    imported(cast.team, cast.alice, f"{HEADER},WhatsAppOptedOut,StaffId\n{OLD}".encode())
    data = "\n".join((MESSY_HEADER, *MESSY)).encode()
    return drafted(cast.team, cast.alice, data, method=method, **({"blank_mobile": "infer"} | options))


def address(imp: Import, path: str = "") -> str:
    return f"/t/{imp.team.slug}/imports/{imp.pk}/{path}"


def shown_rows(client: Client, imp: Import, query: str = "") -> list[int]:
    """The row numbers on the Review page."""
    answer = client.get(address(imp) + query)
    assert answer.status_code == 200
    return [row.number for row in answer.context["rows"]]


def cell(imp: Import, number: int, header: str) -> str:
    """A cell of the draft, as last edited."""
    table = workspace.table(Import.objects.get(pk=imp.pk))
    row = next(row for row in table.rows if row.number == number)
    return row.cells[table.header.index(header)]


def chips(client: Client, imp: Import) -> dict[str, int]:
    return {each["words"]: each["count"] for each in client.get(address(imp)).context["chips"]}


def said(client: Client, path: str) -> list[str]:
    """The notices on a page."""
    return [str(message) for message in client.get(path).context["messages"]]


def asked(context: Any) -> dict[str, str]:
    """The columns that the page asks about, each with what is proposed: in brackets what is only to be ticked."""
    rows = [row for row in context["table"].rows if row.is_asked and row.why != "answer"]
    return {row.header: f"({row.tick})" if row.tick else row.chosen for row in rows}


def alike(context: Any) -> list[Any]:
    """The columns of which one is to be chosen."""
    return [row for row in context["table"].rows if row.same]
