"""Addresses of signing in, people and teams."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

from muster.teams.pages import accept_invitation, audit_log, home, installation, mail_server, members, profile, welcome

of_a_team = [
    path("switch/", home.switch, name="switch"),
    path("users/", members.users, name="users"),
    path("users/invite/", members.invite, name="invite"),
    path("users/<int:pk>/", members.member, name="member"),
    path("users/<int:pk>/remove/", members.remove, name="remove"),
    path("users/invitations/<int:pk>/resend/", members.resend, name="resend"),
    path("users/invitations/<int:pk>/withdraw/", members.withdraw, name="withdraw"),
    path("log/", audit_log.log, name="log"),
]
of_the_owner = [
    path("teams/", installation.teams, name="teams"),
    path("teams/new/", installation.new_team, name="new_team"),
    path("teams/<slug:slug>/edit/", installation.team, name="team"),
    path("owners/", installation.owners, name="owners"),
    path("owners/<int:pk>/end/", installation.end_ownership, name="end_ownership"),
    path("people/", installation.everybody, name="people"),
    path("people/<int:pk>/", installation.person, name="person"),
    path("log/", installation.log, name="log"),
    path("mail/", installation.mails, name="mails"),
    path("mail/server/", mail_server.mail_server, name="mail_server"),
    path("mail/<str:name>/", installation.mail, name="mail"),
]
urlpatterns = [
    path("", home.home, name="home"),
    path("accounts/sessions/", RedirectView.as_view(pattern_name="profile")),  # shown there
    path("accounts/", include("allauth.urls")),
    path("invitation/<str:signed>/", accept_invitation.invitation, name="invitation"),
    path("welcome/<str:token>", welcome.welcome, name="welcome"),
    path("profile/", profile.profile, name="profile"),
    path("profile/appearance/", profile.appearance, name="appearance"),
    path("profile/language/", profile.language, name="language"),
    path("profile/tokens/new/", profile.new_token, name="new_token"),
    path("profile/tokens/<int:pk>/revoke/", profile.revoke_token, name="revoke_token"),
    path("profile/sessions/<int:pk>/end/", profile.end_session, name="end_session"),
    path("profile/sessions/end-others/", profile.end_other_sessions, name="end_other_sessions"),
    path("owner/", include((of_the_owner, "owner"))),
    path("t/<slug:team>/", include((of_a_team, "teams"))),
]
