"""People, teams, and what joins them."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext, gettext_lazy

MOST_EMAIL = 254  # characters (RFC 5321, erratum 1690)


class UserManager(BaseUserManager["User"]):
    """Makes users; e-mail addresses are kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **values: Any) -> User:
        """Make a user. Without a password they cannot sign in until they set one by mail."""
        user = self.model(email=email.strip().lower(), **values)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in. An Owner of the installation is Admin everywhere and creates teams."""

    id = models.BigAutoField(primary_key=True)
    email = models.EmailField(max_length=MOST_EMAIL, unique=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    is_owner = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)
    appearance = models.CharField(max_length=6, default="system")  # system, light, dark
    language = models.CharField(max_length=10, blank=True)  # chosen in the profile; "" is that of the browser
    browser_language = models.CharField(max_length=10, blank=True)  # when they last signed in: for their mails
    notices_seen_at = models.DateTimeField(null=True, blank=True)
    last_team = models.ForeignKey("Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_any_case"),)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Their name, or the e-mail address while there is none."""
        return f"{self.first_name} {self.last_name}".strip() or self.email


class Team(models.Model):
    """Owns contacts, fields and imports. Nothing crosses a team."""

    id = models.BigAutoField(primary_key=True)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    home_region = models.CharField(max_length=2, default="US")
    time_zone = models.CharField(max_length=64, blank=True)  # of the times in mails; "" is that of the home region
    strict_numbers = models.BooleanField(default=False)
    notify = models.JSONField(default=list, blank=True)  # extra addresses for import mails
    blank_mobile = models.CharField(max_length=5, blank=True)  # the last choice: infer, fail, or "" before the first
    keep_originals_days = models.PositiveIntegerField(default=30)
    second_factor = models.BooleanField(default=False)  # Admins must have one
    users_lift_stops = models.BooleanField(default=False)  # may opt in, with a reason, who said STOP; Admins always may
    out_words = models.JSONField(default=list, blank=True)  # keywords like STOP in the team's own languages
    in_words = models.JSONField(default=list, blank=True)  # and like START
    version = models.BigIntegerField(default=0)  # moved by every change of contacts, members, fields and settings
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a member may do in a team."""

    ADMIN = "admin", gettext_lazy("Admin")
    USER = "user", gettext_lazy("User")


class Joined(models.Manager["Membership"]):
    """Only those who have joined: whoever is invited may do nothing yet."""

    def get_queryset(self) -> models.QuerySet[Membership]:
        return super().get_queryset().filter(joined=True)


class Membership(models.Model):
    """A user in a team, with a role and perhaps a Staff ID. Contacts are assigned to a membership.

    Whoever is invited with a Staff ID has one that has not joined: contacts can be assigned to it, and no more.
    """

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=5, choices=Role, default=Role.USER)
    staff_id = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001  null is "none", and may repeat
    joined = models.BooleanField(default=True)

    objects = Joined()
    everybody = models.Manager["Membership"]()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("team", "user"), name="member_once"),
            models.UniqueConstraint(fields=("team", "staff_id"), name="staff_id_once"),
        )

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"

    @property
    def name(self) -> str:
        """Who it is, for people."""
        return self.user.name if self.joined else gettext("%(name)s, invited") % {"name": self.user.name}


class Token(models.Model):
    """An API token of a user. Only a hash is kept; the token itself is shown once."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


def new_nonce() -> str:
    """A fresh secret for a link."""
    return secrets.token_hex(16)


class Invitation(models.Model):
    """An address that was asked to join a team. The link that is mailed is signed and expires."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=5, choices=Role, default=Role.USER)
    staff_id = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001  null is "none"
    nonce = models.CharField(max_length=32, default=new_nonce)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                "team", Lower("email"), condition=models.Q(accepted_at=None), name="one_open_invitation"
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} to {self.team}"


class AuditEntry(models.Model):
    """Who did what, for the Admins of a team (team None: for the whole installation). Never edited."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    by_email = models.CharField(max_length=254, blank=True)  # stays when the user goes
    action = models.CharField(max_length=40)  # e.g. "sign-in", "role-changed"
    details = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=("team", "-at"), name="audit_by_team"),)

    def __str__(self) -> str:
        return self.action
