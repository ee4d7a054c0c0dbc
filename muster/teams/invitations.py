"""Asking somebody into a team by a signed link that expires, and what happens when they follow it.

Whoever is asked with a Staff ID is there for imports at once: contacts are assigned to them before they have joined.
"""

from __future__ import annotations

import smtplib
from datetime import timedelta

from django.core import signing
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from muster.core.sentences.language import gettext as _
from muster.settings import settings
from muster.teams import audit, members
from muster.teams.languages.choice import of_address
from muster.teams.lock import move_version
from muster.teams.models import Invitation, Membership, Role, Team, User, new_nonce
from muster.teams.sign_in.adapters import full_address

SALT = "muster.invitation"


def invite(
    team: Team,
    by: User,
    *,
    email: str,
    first_name: str = "",
    last_name: str = "",
    role: str = Role.USER,
    staff_id: str | None = None,
) -> Invitation:
    """Remember whom we ask. Asking the same address again replaces the invitation. Raises ValidationError."""
    email = members.clean_email(email)
    if Membership.objects.filter(team=team, user__email=email).exists():
        raise members.refuse("email", "already-member", _("{email} is already in {team}.", email=email, team=team.name))
    with transaction.atomic():
        if staff_id or _waiting(team, email):
            move_version(team)  # before any member is locked, as an import does it
        values = {
            "first_name": first_name,
            "last_name": last_name,
            "role": members.clean_role(role),
            "staff_id": members.free_staff_id(team, staff_id, email=email),
        }
        Invitation.objects.filter(team=team, email=email, accepted_at=None).delete()
        invitation = Invitation.objects.create(team=team, email=email, invited_by=by, **values)
        _expect(invitation, by)
        audit.record(team, by, "user-invited", email=email, role=invitation.role, staff_id=invitation.staff_id)
    return invitation


def _waiting(team: Team, email: str) -> Membership | None:
    """Return the membership of somebody who is invited and has not joined."""
    found = Membership.everybody.filter(team=team, user__email=email, joined=False)
    return found.select_related("team", "user").first()


def _expect(invitation: Invitation, by: User) -> None:
    """Let contacts be assigned to somebody who has not joined yet, by their Staff ID."""
    if not invitation.staff_id:
        _let_go(invitation, by)
        return
    names = {"first_name": invitation.first_name, "last_name": invitation.last_name}
    user = members.user_with(invitation.email, **names)
    values = {"role": invitation.role, "staff_id": invitation.staff_id}
    Membership.everybody.update_or_create(
        team=invitation.team, user=user, defaults=values, create_defaults={**values, "joined": False}
    )


def _let_go(invitation: Invitation, by: User) -> int:
    """Leave the contacts of somebody who will not join unassigned, and return how many those are.

    An account that was made for the invitation goes, too.
    """
    waiting = _waiting(invitation.team, invitation.email)
    if waiting is None:
        return 0
    user, left = waiting.user, waiting.contacts.filter(team=invitation.team_id).count()
    members.leaving.send(Membership, membership=waiting, by=by)
    waiting.delete()
    is_used = user.is_owner or user.has_usable_password() or user.last_login is not None
    if not is_used and not Membership.everybody.filter(user=user).exists():
        user.delete()
    return left


def send(invitation: Invitation) -> bool:
    """Mail the link. False when the mail server did not take it: the invitation stays, to be sent again."""
    context = {"invitation": invitation, "link": link(invitation), "days": settings().invitation_days}
    # Somebody without an account most likely speaks as whoever asks them.
    with translation.override(of_address(invitation.email, translation.get_language() or "")):
        text = render_to_string("teams/email/invitation.txt", context)
        subject = _("{team}: you are invited to Muster", team=invitation.team.name)
    try:
        send_mail(subject, text, None, [invitation.email])
    except (OSError, smtplib.SMTPException):
        return False
    return True


def renew(invitation: Invitation, by: User) -> None:
    """Make the link new: the old one ends, the new one has all its days."""
    with transaction.atomic():
        invitation.nonce, invitation.created_at, invitation.invited_by = new_nonce(), timezone.now(), by
        if invitation.staff_id:
            move_version(invitation.team)
            _expect(invitation, by)
        invitation.save(update_fields=["nonce", "created_at", "invited_by"])
        audit.record(invitation.team, by, "user-invited", email=invitation.email, role=invitation.role, again=True)


def withdraw(invitation: Invitation, by: User) -> int:
    """Take an invitation back: its link ends. Return how many contacts were assigned to who is not coming."""
    with transaction.atomic():
        if _waiting(invitation.team, invitation.email):
            move_version(invitation.team)
        left = _let_go(invitation, by)
        invitation.delete()
        audit.record(invitation.team, by, "invitation-withdrawn", email=invitation.email)
    return left


def link(invitation: Invitation) -> str:
    """The address that opens the invitation."""
    signed = signing.dumps([invitation.pk, invitation.nonce], salt=SALT)
    return full_address(reverse("invitation", kwargs={"signed": signed}))


def find(signed: str) -> Invitation | None:
    """The open invitation of a link. None when the link is not ours, too old, replaced, withdrawn or used."""
    try:
        pk, nonce = signing.loads(signed, salt=SALT, max_age=timedelta(days=settings().invitation_days))
    except signing.BadSignature:
        return None
    open_ones = Invitation.objects.filter(pk=pk, nonce=nonce, accepted_at=None)
    return open_ones.select_related("team", "invited_by").first()


def expires_at(invitation: Invitation) -> str:
    """When its link ends, for people to read."""
    return date_format(invitation.created_at + timedelta(days=settings().invitation_days), "DATE_FORMAT")


def has_account(invitation: Invitation) -> bool:
    """Whether the invited person can sign in already."""
    user = User.objects.filter(email=invitation.email, is_active=True).first()
    return user is not None and (user.has_usable_password() or user.last_login is not None)


def accept(invitation: Invitation) -> Membership:
    """Let the invited person in. Raises ValidationError when their Staff ID has gone to somebody else since."""
    with transaction.atomic():
        invitation.accepted_at = timezone.now()
        invitation.save(update_fields=["accepted_at"])
        membership = members.add_user(
            invitation.team,
            invitation.invited_by,
            email=invitation.email,
            first_name=invitation.first_name,
            last_name=invitation.last_name,
            role=invitation.role,
            staff_id=invitation.staff_id,
        )
        audit.record(invitation.team, membership.user, "invitation-accepted")
    return membership


def accept_as_new(invitation: Invitation, *, first_name: str, last_name: str, password: str) -> User:
    """Let somebody in who has no account yet: it is made with this name and password."""
    with transaction.atomic():
        user = accept(invitation).user
        user.first_name, user.last_name = first_name, last_name
        user.set_password(password)
        user.save()
    return user
