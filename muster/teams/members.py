"""Teams and the people in them: made, changed and removed, with the rules that keep every team in somebody's hands."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email, validate_slug
from django.db import transaction
from django.dispatch import Signal
from django.utils.text import slugify

from muster.core.phones import is_region
from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import listed
from muster.teams import audit
from muster.teams.lock import move_version
from muster.teams.models import MOST_EMAIL, Invitation, Membership, Role, Team, User
from muster.teams.zones import zones

# Sent with `membership` and `by`, in the transaction that removes a member: whoever points to one lets go.
leaving = Signal()
# Sent with `user` and `by`, in the transaction after which they may do less than before.
stepped_down = Signal()


def refuse(field: str, code: str, sentence: str) -> ValidationError:
    """What to raise when a value of a field cannot be taken: a code for programs, a sentence for people."""
    return ValidationError({field: ValidationError(sentence, code=code)})


def create_team(
    by: User | None, *, name: str, slug: str | None = None, home_region: str = "US", strict_numbers: bool = False
) -> Team:
    """Make a team. Without a slug, one is made from the name. `by` is None on the command line."""
    team = Team(name=_name(name), home_region=_region(home_region), strict_numbers=strict_numbers)
    with transaction.atomic():
        team.slug = _free_slug(team.name) if slug is None else _slug(slug)
        team.save(force_insert=True)
        audit.record(team, by, "team-created", name=team.name)
    return team


def update_team(team: Team, by: User, **values: Any) -> Team:
    """Change name, slug, home_region, time_zone and the other settings of a team; the log keeps what was before."""
    cleaners: dict[str, Callable[[Any], Any]] = {
        "name": _name,
        "slug": lambda slug: _slug(slug, team),
        "home_region": _region,
        "notify": _addresses,
        "time_zone": _zone,
    }
    changed: dict[str, list[Any]] = {}
    for key, value in values.items():
        before, after = getattr(team, key), cleaners[key](value) if key in cleaners else value
        if before != after:
            changed[key] = [before, after]
            setattr(team, key, after)
    if changed:
        with transaction.atomic():
            team.version = move_version(team).version
            team.save(update_fields=list(changed))
            audit.record(team, by, "team-changed", **changed)
    return team


def _zone(name: str) -> str:
    if name and name not in zones():
        raise refuse(
            "time_zone", "unknown-zone", _("There is no time zone {name}. Try Europe/Berlin or UTC.", name=name)
        )
    return name


def add_user(
    team: Team,
    by: User | None,
    *,
    email: str,
    first_name: str = "",
    last_name: str = "",
    role: str = Role.USER,
    staff_id: str | None = None,
) -> Membership:
    """Put a person into a team; somebody new gets an account, and sets a password by mail before the first sign-in."""
    with transaction.atomic():
        if staff_id:
            move_version(team)
        user = user_with(email, first_name=first_name, last_name=last_name)
        if Membership.objects.filter(team=team, user=user).exists():
            raise refuse(
                "email", "already-member", _("{email} is already in {team}.", email=user.email, team=team.name)
            )
        role, staff_id = clean_role(role), free_staff_id(team, staff_id, email=user.email)
        values = {"role": role, "staff_id": staff_id, "joined": True}
        membership, _made = Membership.everybody.update_or_create(team=team, user=user, defaults=values)
        Invitation.objects.filter(team=team, email__iexact=user.email, accepted_at=None).delete()
        audit.record(team, by, "user-added", email=user.email, role=role, staff_id=staff_id)
    return membership


def change_role(membership: Membership, by: User, role: str) -> None:
    """Make a member Admin or User."""
    with transaction.atomic():
        before, membership.role = membership.role, clean_role(role)
        if before == membership.role:
            return
        if before == Role.ADMIN:
            _keep_an_admin(membership, by)
        membership.save(update_fields=["role"])
        audit.record(membership.team, by, "role-changed", email=membership.user.email, role=[before, membership.role])
        stepped_down.send(User, user=membership.user, by=by)


def change_staff_id(membership: Membership, by: User, staff_id: str | None) -> None:
    """Give a member another Staff ID, or none. Their contacts stay theirs: those point to the member, not to the id."""
    with transaction.atomic():
        before = membership.staff_id
        membership.staff_id = free_staff_id(membership.team, staff_id, email=membership.user.email)
        if before == membership.staff_id:
            return
        move_version(membership.team)
        membership.save(update_fields=["staff_id"])
        details = {"email": membership.user.email, "staff_id": [before, membership.staff_id]}
        audit.record(membership.team, by, "staff-id-changed", **details)


def change_member(membership: Membership, by: User, *, role: str, staff_id: str | None) -> None:
    """Change both, or neither."""
    with transaction.atomic():
        if staff_id != membership.staff_id:
            move_version(membership.team)  # before any member is locked, as an import does it
        change_role(membership, by, role)
        change_staff_id(membership, by, staff_id)


def remove_user(membership: Membership, by: User) -> None:
    """Take a member out of the team; their contacts become unassigned."""
    team, user = membership.team, membership.user
    with transaction.atomic():
        move_version(team)  # before any member is locked, as an import does it
        if membership.role == Role.ADMIN:
            _keep_an_admin(membership, by)
        leaving.send(Membership, membership=membership, by=by)
        membership.delete()
        User.objects.filter(pk=user.pk, last_team=team).update(last_team=None)
        audit.record(team, by, "user-removed", email=user.email)
        stepped_down.send(User, user=user, by=by)


def make_owner(by: User | None, email: str, *, password: str | None = None) -> User:
    """Make somebody an owner of the installation, with an account if they have none."""
    with transaction.atomic():
        user = user_with(email)
        if password:
            user.set_password(password)
        if not user.is_active:
            switch_on(user, by)
        if not user.is_owner:
            user.is_owner = True
            audit.record(None, by, "owner-made", email=user.email)
        user.save()
    return user


def end_ownership(user: User, by: User) -> None:
    """Make an owner an ordinary user again; the last owner stays one."""
    with transaction.atomic():
        _keep_an_owner(user, by)
        user.is_owner = False
        user.save(update_fields=["is_owner"])
        audit.record(None, by, "owner-ended", email=user.email)
        stepped_down.send(User, user=user, by=by)


def switch_off(user: User, by: User) -> None:
    """Shut an account: its sessions and tokens stop working, what it did stays. Nobody shuts out themselves."""
    if user.pk == by.pk:
        raise refuse("user", "own-account", _("You can't switch off your own account. Ask another owner."))
    with transaction.atomic():
        _keep_an_owner(user, by)
        user.is_active = False
        user.save(update_fields=["is_active"])
        audit.record(None, by, "account-off", email=user.email)
        stepped_down.send(User, user=user, by=by)


def _keep_an_owner(user: User, by: User) -> None:
    """Let only somebody who still is an owner take one away, and never the last: two at once wait for each other."""
    owners = {each.pk for each in User.objects.select_for_update().filter(is_owner=True, is_active=True).order_by("pk")}
    if by.pk not in owners:
        raise refuse("user", "not-an-owner", _("You are no longer an owner."))
    if owners <= {user.pk}:
        raise refuse("user", "last-owner", _("You are the only owner. Make somebody else an owner first."))


def switch_on(user: User, by: User | None) -> None:
    """Open an account again."""
    with transaction.atomic():
        user.is_active = True
        user.save(update_fields=["is_active"])
        audit.record(None, by, "account-on", email=user.email)


def take_second_factor(user: User, by: User) -> None:
    """For somebody who lost it: from now on the password is enough, until they set one up again."""
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        audit.record(None, by, "second-factor-taken", email=user.email)


def user_with(email: str, *, first_name: str = "", last_name: str = "") -> User:
    """The user with this address, made if there is none."""
    email = clean_email(email)
    found = User.objects.filter(email=email).first()
    return found or User.objects.create_user(email, first_name=first_name.strip(), last_name=last_name.strip())


def clean_email(email: str) -> str:
    """An address in lower case. Raises ValidationError when it is none."""
    email = email.strip().lower()
    try:
        validate_email(email)
        MaxLengthValidator(MOST_EMAIL)(email)
    except ValidationError as error:
        raise refuse(
            "email",
            "not-an-address",
            _("{email} is not an e-mail address.", email=email) if email else _("A blank is not an e-mail address."),
        ) from error
    return email


def clean_role(role: str) -> Role:
    """Read a role. Raises ValidationError when it is none."""
    if role not in Role.values:
        raise refuse("role", "unknown-role", _("A role is admin or user."))
    return Role(role)


def free_staff_id(team: Team, staff_id: str | None, *, email: str) -> str | None:
    """A Staff ID as it is compared, None when blank. Raises ValidationError when another than `email` has it."""
    staff_id = unicodedata.normalize("NFC", (staff_id or "").strip()) or None
    if staff_id is None:
        return None
    if len(staff_id) > 255:
        raise refuse(
            "staff_id",
            "too-long",
            _("A Staff ID can have 255 characters. This one has {length}.", length=len(staff_id)),
        )
    holder = Membership.objects.filter(team=team, staff_id=staff_id).exclude(user__email=email).first()
    if holder:
        raise refuse(
            "staff_id",
            "staff-id-taken",
            _(
                "{user} already has Staff ID {staff_id} in {team}.",
                user=holder.user.name,
                staff_id=staff_id,
                team=team.name,
            ),
        )
    invited = Invitation.objects.filter(team=team, staff_id=staff_id, accepted_at=None).exclude(email=email).first()
    if invited:
        raise refuse(
            "staff_id",
            "staff-id-taken",
            _("The invitation of {email} has Staff ID {staff_id}.", email=invited.email, staff_id=staff_id),
        )
    return staff_id


def _keep_an_admin(membership: Membership, by: User) -> None:
    """Refuse to take a team's last Admin away, unless an owner does it, who can put another there."""
    admins = Membership.objects.select_for_update().filter(team=membership.team, role=Role.ADMIN)
    others = [each for each in admins if each.pk != membership.pk]
    if not others and (by.pk == membership.user_id or not by.is_owner):
        sentence = _(
            "{user} is the only Admin of {team}. Make somebody else Admin first.",
            user=membership.user.name,
            team=membership.team.name,
        )
        raise refuse("role", "last-admin", sentence)


def _name(name: str) -> str:
    name = " ".join(
        unicodedata.normalize("NFC", name).replace("\0", "").split()
    )  # a line: it stands in headers of mails
    if not name or len(name) > 100:
        raise refuse("name", "team-name", _("A team has a name of 1 to 100 characters."))
    return name


def _region(region: str) -> str:
    if not is_region(region):
        raise refuse(
            "home_region",
            "unknown-region",
            _("{region} is not a region, such as US or GB.", region=region)
            if region
            else _("A blank is not a region, such as US or GB."),
        )
    return region


def _addresses(addresses: Iterable[str]) -> list[str]:
    """Every address once, in the order given. All that are none are named at once."""
    wrong = []
    kept: dict[str, None] = {}
    for address in addresses:
        try:
            kept[clean_email(address)] = None
        except ValidationError:
            wrong.append(address)
    if wrong:
        raise refuse("notify", "not-an-address", _("Not an e-mail address: {listed}.", listed=listed(wrong)))
    return list(kept)


def _slug(slug: str, team: Team | None = None) -> str:
    """A slug nobody else has. Raises ValidationError."""
    try:
        validate_slug(slug)
    except ValidationError as error:
        raise refuse("slug", "slug", _("An address has letters, digits, - and _ only.")) from error
    if len(slug) > 60:
        raise refuse("slug", "slug", _("An address has 60 characters at most."))
    holder = Team.objects.filter(slug=slug).first()
    if holder and holder != team:
        raise refuse("slug", "slug-taken", _("Another team has the address {slug}.", slug=slug))
    return slug


def _free_slug(name: str) -> str:
    """A slug like the name: admissions, or admissions-2 when there is one."""
    stem = slugify(name)[:50] or "team"
    taken = set(Team.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (stem, *numbered) if slug not in taken)
