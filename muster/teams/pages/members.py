"""The Users page of a team: who is in it, asking more in, roles and Staff IDs, and taking somebody out."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import ngettext
from muster.teams import invitations
from muster.teams import members as people
from muster.teams.access import Access, admin, teams_of
from muster.teams.mailing.mail_files import has_mail_server
from muster.teams.models import Invitation, Membership, Role, Team
from muster.teams.pages.forms import InviteForm, MemberForm, add_refusal


@require_GET
@admin
def users(request: HttpRequest, who: Access) -> HttpResponse:
    """Everybody in the team, and everybody who was asked."""
    members = list(_members(who.team))
    without = [each for each in members if not each.staff_id]
    only_without = request.GET.get("staff_id") == "none"
    context = {
        "members": without if only_without else members,
        "count": len(members),
        "without": len(without),
        "only_without": only_without,
        "other_teams": _other_teams(who, members),
        "invitations": [(each, invitations.link(each)) for each in _open_invitations(who.team)],
        "missing": request.GET.getlist("missing")[:50],
    }
    return render(request, "teams/users.html", context)


@require_http_methods(["GET", "POST"])
@admin
def invite(request: HttpRequest, who: Access) -> HttpResponse:
    """Ask somebody into the team."""
    has_admin = Membership.objects.filter(team=who.team, role=Role.ADMIN).exists()
    initial = {"role": Role.USER if has_admin else Role.ADMIN, "staff_id": request.GET.get("staff_id", "")}
    form = InviteForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = invitations.invite(who.team, who.user, **form.cleaned_data)
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            _mail(request, invitation)
            return redirect("teams:users", team=who.team.slug)
    return render(request, "teams/invite.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@admin
def member(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Change a member's role and Staff ID, knowing what follows."""
    membership = _membership(who.team, pk)
    form = MemberForm(request.POST or None, initial={"role": membership.role, "staff_id": membership.staff_id})
    if request.method == "POST" and form.is_valid():
        before = membership.staff_id
        try:
            people.change_member(membership, who.user, **form.cleaned_data)
        except ValidationError as refusal:
            membership = _membership(who.team, pk)
            add_refusal(form, refusal)
        else:
            messages.success(request, _said(membership, before))
            return redirect("teams:users", team=who.team.slug)
    context = {"form": form, "member": membership, "assigned": _assigned(membership)}
    return render(request, "teams/member.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@admin
def remove(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Say what removing a member does; then do it."""
    membership = _membership(who.team, pk)
    refused: list[str] = []
    if request.method == "POST":
        try:
            people.remove_user(membership, who.user)
        except ValidationError as refusal:
            refused = refusal.messages
        else:
            messages.success(
                request, _("{user} is no longer in {team}.", user=membership.user.name, team=who.team.name)
            )
            gone = membership.user_id == who.user.pk and not who.user.is_owner
            return redirect("home") if gone else redirect("teams:users", team=who.team.slug)
    context = {"member": membership, "assigned": _assigned(membership), "refused": refused}
    return render(request, "teams/remove.html", context, status=409 if refused else 200)


@require_POST
@admin
def resend(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Mail an invitation again, with a new link."""
    invitation = get_object_or_404(_open_invitations(who.team), pk=pk)
    invitations.renew(invitation, who.user)
    _mail(request, invitation)
    return redirect("teams:users", team=who.team.slug)


@require_POST
@admin
def withdraw(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Take an invitation back."""
    invitation = get_object_or_404(_open_invitations(who.team), pk=pk)
    left = invitations.withdraw(invitation, who.user)
    messages.success(request, _("The invitation of {email} is withdrawn.", email=invitation.email))
    if left:
        said = ngettext(
            "{count:,} contact is assigned to nobody now.", "{count:,} contacts are assigned to nobody now.", left
        )
        messages.info(request, said)
    return redirect("teams:users", team=who.team.slug)


def _members(team: Team) -> QuerySet[Membership]:
    return team.memberships.select_related("user").order_by("user__first_name", "user__last_name", "user__email")


def _membership(team: Team, pk: int) -> Membership:
    """A member of this team; another team's does not exist here."""
    return get_object_or_404(_members(team), pk=pk)


def _open_invitations(team: Team) -> QuerySet[Invitation]:
    return Invitation.objects.filter(team=team, accepted_at=None).select_related("invited_by").order_by("created_at")


def _assigned(membership: Membership) -> int:
    """How many contacts are assigned to a member."""
    return membership.contacts.filter(team=membership.team_id).count()


def _other_teams(who: Access, members: list[Membership]) -> dict[int, list[str]]:
    """Of each user, the other teams they are in, as far as the viewer is allowed to know of those."""
    visible = [team for team, _role in teams_of(who.user) if team != who.team]
    found: dict[int, list[str]] = {}
    users = [each.user_id for each in members]
    for other in Membership.objects.filter(team__in=visible, user__in=users).select_related("team"):
        found.setdefault(other.user_id, []).append(other.team.name)
    return found


def _mail(request: HttpRequest, invitation: Invitation) -> None:
    """Send an invitation and say how it went."""
    sent = invitations.send(invitation)
    if not has_mail_server():
        messages.success(
            request, _("{email} is invited. Give them the link below: no mail was sent.", email=invitation.email)
        )
    elif sent:
        messages.success(request, _("We mailed {email} an invitation.", email=invitation.email))
    else:
        sentence = _(
            "The mail server did not take the invitation of {email}. It is kept below: send it again later.",
            email=invitation.email,
        )
        messages.error(request, sentence)


def _said(membership: Membership, before: str | None) -> str:
    """What a change of a member means from now on."""
    name, now = membership.user.name, membership.staff_id
    if now == before:
        return _("{name} is {role}.", name=name, role=Role(membership.role).label)
    contacts = _assigned(membership)
    if now:
        said = _("{name} has Staff ID {now}. Future imports must use it.", name=name, now=now)
    else:
        said = _("{name} has no Staff ID now. Imports can't assign contacts to them.", name=name)
    if not contacts:
        return said
    stay = ngettext(
        "{count:,} contact stays assigned to {name}.",
        "{count:,} contacts stay assigned to {name}.",
        contacts,
        name=name,
    )
    return f"{said} {stay}"
