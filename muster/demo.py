"""The demo team: fields of every kind, users with Staff IDs, and contacts in every state."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from muster.contacts import custom_fields, edit
from muster.contacts.models import Contact, CustomField
from muster.core.fields import Options
from muster.demo_files import INTAKE, REGISTRAR, UGLY
from muster.imports import run, worker
from muster.imports.models import Import
from muster.settings import settings
from muster.teams import members as people
from muster.teams.models import Membership, Role, Team, User

SHOWN = "as it was shown when it was made"
TEAM, OTHER_TEAM = "admissions-demo", "financial-aid-demo"


@dataclass(frozen=True)
class Person:
    """Somebody of the demo. On one's own machine the password is no secret: it is in the documentation."""

    email: str
    first_name: str
    last_name: str
    role: Role
    staff_id: str
    password: str


ANA = Person("ana@example.edu", "Ana", "Alvarez", Role.ADMIN, "T01", "ana shows the demo")
UMA = Person("uma@example.edu", "Uma", "Ueda", Role.USER, "007", "uma shows the demo")
SAM = Person("sam@example.edu", "Sam", "Santos", Role.USER, "0042 B", "")  # nobody signs in as Sam
PEOPLE = (ANA, UMA, SAM)

FIELDS = (
    {"name": "Program", "kind": "choice", "choices": ["Biology", "Business", "History", "Nursing"], "required": True},
    {"name": "Nickname", "kind": "text", "max_length": 40},
    {"name": "Credits", "kind": "number", "searchable": False},
    {"name": "Enrolled on", "kind": "date", "searchable": False},
    {"name": "Lives on campus", "kind": "yes_no", "searchable": False},
)


@dataclass(frozen=True)
class Demo:
    """What there is to try."""

    team: Team
    sample: Path
    passwords: dict[Person, str]  # of those who can sign in, as far as they are known now

    def text(self, address: str) -> str:
        """Say where to go, as whom, and what to try."""
        return "\n".join(
            (
                "",
                f"  {address}/t/{self.team.slug}/",
                f"  Admin:  {ANA.email}   password:  {self.passwords.get(ANA, SHOWN)}",
                f"  User:   {UMA.email}   password:  {self.passwords.get(UMA, SHOWN)}",
                f"  A messy file to import:  {self.sample}",
                "",
            )
        )


def is_of_this_machine(url: str) -> bool:
    """Whether only this machine can open the address."""
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or re.fullmatch(r"127(\.\d+){3}", host) is not None


def make(*, random_passwords: bool = False) -> Demo:
    """Make everything that is not there yet; what is there stays as it is."""
    team = _team(TEAM, "Admissions")
    members, passwords = {}, {}
    for person in PEOPLE:
        known = Membership.objects.filter(team=team, user__email=person.email).select_related("user").first()
        password = secrets.token_urlsafe(12) if random_passwords and person.password else person.password
        members[person] = known or _member(team, person, password)
        if members[person].user.check_password(password):
            passwords[person] = password
    _other_team(members[ANA].user)
    for field in FIELDS:
        if not CustomField.objects.filter(team=team, name_folded=custom_fields.folded(str(field["name"]))).exists():
            custom_fields.add(team, members[ANA].user, **field)  # type: ignore[arg-type]  # each value fits its name
    if not Contact.objects.filter(team=team).exists():
        _fill(team, members[ANA].user, members[UMA].user)
    sample = settings().data.absolute() / "ugly-sample.csv"
    sample.write_bytes(b"\xef\xbb\xbf" + UGLY.replace("\n", "\r\n").encode())
    return Demo(team, sample, passwords)


def _team(slug: str, name: str) -> Team:
    return Team.objects.filter(slug=slug).first() or people.create_team(None, name=name, slug=slug)


def _member(team: Team, person: Person, password: str) -> Membership:
    made = people.add_user(
        team,
        None,
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        role=person.role,
        staff_id=person.staff_id,
    )
    if password and not made.user.has_usable_password():
        made.user.set_password(password)
        made.user.save(update_fields=["password"])
    return made


def _other_team(ana: User) -> None:
    """A second team to switch to, where the Admin is a User."""
    other = _team(OTHER_TEAM, "Financial Aid")
    if not Membership.objects.filter(team=other, user=ana).exists():
        people.add_user(other, None, email=ana.email, role=Role.USER)


def _fill(team: Team, ana: User, uma: User) -> None:
    """Two imports, two contacts added by hand, and what users and the contacts themselves said since."""
    _import(team, ana, "spring-intake.csv", INTAKE, Options(blank_mobile="infer"))
    _import(team, ana, "registrar.csv", REGISTRAR, Options(allow_mobile_updates=True))
    edit.add(team, ana, {"first_name": "Walk-in", "last_name": "Wanda", "mobile_number": "716-555-0150"})
    edit.add(team, ana, {"first_name": "Guest", "last_name": "Gustavo", "whatsapp_number": "+52 55 1234 5678"})
    _said(team, "S1001", ana, channel="text", opted_out=True, source="contact", message_id="demo-1")
    _said(team, "S1002", ana, channel="whatsapp", opted_out=True, source="contact", message_id="demo-2")
    _said(team, "S1003", ana, channel="whatsapp", opted_out=True, source="contact", message_id="demo-3")
    _said(team, "S1003", ana, channel="whatsapp", opted_out=False, source="contact", message_id="demo-4")
    _said(team, "S1004", uma, channel="whatsapp_marketing", opted_out=True, source="user")


def _import(team: Team, by: User, filename: str, text: str, options: Options) -> Import:
    imp = run.receive(team, by, method="file", filename=filename, data=text.encode(), options=options, confirm=True)
    return worker.run_now(imp)


def _said(
    team: Team, contact_id: str, by: User, *, channel: str, opted_out: bool, source: str, message_id: str | None = None
) -> None:
    contact = Contact.objects.select_related("team").get(team=team, contact_id=contact_id)
    edit.set_consent(contact, channel=channel, opted_out=opted_out, source=source, by=by, message_id=message_id)
