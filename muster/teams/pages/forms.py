"""The forms about people, teams and tokens. What may be is decided in `people.py`; here it is asked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from muster.core.sentences.language import gettext as _
from muster.teams.languages.choice import offered
from muster.teams.models import MOST_EMAIL, Role, Team, User
from muster.teams.regions import regions
from muster.teams.zones import zones

ROLES = [
    (Role.USER.value, gettext_lazy("User: searches and views contacts, and sets their opt-outs")),
    (Role.ADMIN.value, gettext_lazy("Admin: also imports, and manages fields and users")),
]
PASSWORD_HINT = gettext_lazy("At least 10 characters, unlike your name and address, and not one that many people use.")
STAFF_ID_HINT = gettext_lazy(
    "As it stands in the StaffId column of your files. Compared exactly: leading zeros and capitals count. "
    "Nobody else in the team may have it."
)


def add_refusal(form: forms.Form, refusal: ValidationError) -> None:
    """Show what `people.py` refused at the fields it names, or above the form."""
    for field, errors in refusal.error_dict.items():
        for error in errors:
            form.add_error(field if field in form.fields else None, error)


class NameForm(forms.Form):
    """What one is called."""

    first_name = forms.CharField(
        label=gettext_lazy("First name"), max_length=100, widget=forms.TextInput({"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=gettext_lazy("Last name"), max_length=100, widget=forms.TextInput({"autocomplete": "family-name"})
    )


class LanguageForm(forms.Form):
    """The language one is spoken to in."""

    OF_BROWSER = "browser"

    language = forms.ChoiceField(label=gettext_lazy("Pages and mails in"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(self.OF_BROWSER, gettext("The language of my browser")), *offered()]
        self.fields["language"].choices = choices  # type: ignore[attr-defined]

    def clean_language(self) -> str:
        chosen: str = self.cleaned_data["language"]
        return "" if chosen == self.OF_BROWSER else chosen


class MemberForm(forms.Form):
    """What one is in a team."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLES, widget=forms.RadioSelect)
    staff_id = forms.CharField(label=gettext_lazy("Staff ID"), max_length=255, required=False, help_text=STAFF_ID_HINT)


class InviteForm(MemberForm):
    """Whom to ask into a team."""

    email = forms.EmailField(
        label=gettext_lazy("Email"), max_length=MOST_EMAIL, widget=forms.EmailInput({"autocomplete": "off"})
    )
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=100, required=False)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=100, required=False)
    field_order = ("email", "first_name", "last_name", "role", "staff_id")


class JoinForm(NameForm):
    """What somebody new tells us about themselves."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=PASSWORD_HINT,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        strip=False,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


class TokenForm(forms.Form):
    """A token to be made."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("What will use it, so that you know which one to revoke."),
    )
    expires = forms.DateField(
        label=gettext_lazy("Works until"),
        required=False,
        help_text=gettext_lazy("The last day, in UTC. Blank: until you revoke it."),
        widget=forms.DateInput({"type": "date"}),
    )

    def clean_expires(self) -> Any:
        day = self.cleaned_data["expires"]
        if day and day < timezone.now().date():
            raise ValidationError(_("That day is over. Choose a later one."), code="past")
        return day


def zone_choices() -> list[tuple[str, str]]:
    """Every zone by name; the first is the one of the home region."""
    return [("", _("That of the home region")), *((zone, zone.replace("_", " ")) for zone in zones())]


class TeamForm(forms.Form):
    """A team, as an owner sees it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    home_region = forms.ChoiceField(
        label=gettext_lazy("Home region"),
        choices=regions,
        help_text=gettext_lazy("Numbers without + are read as numbers of this country."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        required=False,
        choices=zone_choices,
        help_text=gettext_lazy("Mails tell times in it. Pages tell them in the zone of whoever looks."),
    )
    strict_numbers = forms.BooleanField(
        label=gettext_lazy("Strict numbers"),
        required=False,
        help_text=gettext_lazy(
            "Rows with a number in a range that nobody uses fail, instead of importing with a warning."
        ),
    )
    second_factor = forms.BooleanField(
        label=gettext_lazy("Admins need a second factor"),
        required=False,
        help_text=gettext_lazy(
            "An Admin without one can look, but not import or manage, until they set one up in Profile."
        ),
    )
    keep_originals_days = forms.IntegerField(
        label=gettext_lazy("Days to keep original files"),
        min_value=1,
        max_value=3_650,
        help_text=gettext_lazy(
            "After that, an import's file can no longer be downloaded. What it changed stays in the history."
        ),
    )
    notify = forms.CharField(
        label=gettext_lazy("Also mail the outcome of imports to"),
        required=False,
        help_text=gettext_lazy("One address per line. The Admin who imports is mailed anyway."),
        widget=forms.Textarea({"rows": 3}),
    )

    @classmethod
    def of(cls, team: Team) -> TeamForm:
        """The form, filled in with what the team is now."""
        values = {name: getattr(team, name) for name in cls.base_fields}
        return cls(initial={**values, "notify": "\n".join(team.notify)})

    def clean_notify(self) -> list[str]:
        text: str = self.cleaned_data["notify"]
        return text.replace(",", " ").split()
