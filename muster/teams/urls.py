"""Addresses of signing in, people and teams."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

from muster.teams import home, joining, log, owner, profile, users

of_a_team = [
    path("switch/", home.switch, name="switch"),
    path("users/", users.users, name="users"),
    path("users/invite/", users.invite, name="invite"),
    path("users/<int:pk>/", users.member, name="member"),
    path("users/<int:pk>/remove/", users.remove, name="remove"),
    path("users/invitations/<int:pk>/resend/", users.resend, name="resend"),
    path("users/invitations/<int:pk>/withdraw/", users.withdraw, name="withdraw"),
    path("log/", log.log, name="log"),
]
of_the_owner = [
    path("teams/", owner.teams, name="teams"),
    path("teams/new/", owner.new_team, name="new_team"),
    path("teams/<slug:slug>/edit/", owner.team, name="team"),
    path("owners/", owner.owners, name="owners"),
    path("owners/<int:pk>/end/", owner.end_ownership, name="end_ownership"),
    path("people/", owner.everybody, name="people"),
    path("people/<int:pk>/", owner.person, name="person"),
    path("log/", owner.log, name="log"),
    path("mail/", owner.mails, name="mails"),
    path("mail/<str:name>/", owner.mail, name="mail"),
]
urlpatterns = [
    path("", home.home, name="home"),
    path("accounts/sessions/", RedirectView.as_view(pattern_name="profile")),  # shown there
    path("accounts/", include("allauth.urls")),
    path("invitation/<str:signed>/", joining.invitation, name="invitation"),
    path("profile/", profile.profile, name="profile"),
    path("profile/appearance/", profile.appearance, name="appearance"),
    path("profile/tokens/new/", profile.new_token, name="new_token"),
    path("profile/tokens/<int:pk>/revoke/", profile.revoke_token, name="revoke_token"),
    path("profile/sessions/<int:pk>/end/", profile.end_session, name="end_session"),
    path("profile/sessions/end-others/", profile.end_other_sessions, name="end_other_sessions"),
    path("owner/", include((of_the_owner, "owner"))),
    path("t/<slug:team>/", include((of_a_team, "teams"))),
]
