"""django-import-export doing the same work: upsert by id, numbers, yes/no words and staff checked, a result per row.

    python -m bench.peers.import_export plain|bulk FILE [--before FILE] [--database URL]

It writes neither a history nor a search index. Runs in an environment of its own; prints one line of JSON.
"""

# ruff: noqa: DJ001, DJ008  the models of a throwaway database

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import phonenumbers
from django.conf import settings

from bench.meter import Cost, Meter, forget_peak, peak_mb, postmaster_of

NAME = "peers"


def database(url: str, folder: str) -> dict[str, Any]:
    if not url:
        pragmas = (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY;"
        )
        options = {"transaction_mode": "IMMEDIATE", "init_command": pragmas}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/peer.sqlite3", "OPTIONS": options}
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql", "NAME": parts.path[1:], "USER": parts.username,
        "HOST": parts.hostname, "PORT": parts.port,
    }  # fmt: skip


asked = argparse.ArgumentParser()
asked.add_argument("mode", choices=["plain", "bulk"])
asked.add_argument("file")
asked.add_argument("--before", default="")
asked.add_argument("--database", default="")
asked.add_argument("--folder", default=".")
arguments = asked.parse_args()
settings.configure(
    DATABASES={"default": database(arguments.database, arguments.folder)},
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.admin",
        "import_export",
        "bench.peers",
    ],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    IMPORT_EXPORT_USE_TRANSACTIONS=True,
    USE_TZ=True,
)
django.setup()

import import_export  # noqa: E402
from django.core.exceptions import ValidationError  # noqa: E402
from django.db import connection, models  # noqa: E402
from import_export import fields, instance_loaders, resources, widgets  # noqa: E402
from tablib import Dataset  # noqa: E402


class Staff(models.Model):
    """Whom a contact can be assigned to."""

    staff_id = models.CharField(max_length=255, unique=True)

    class Meta:
        app_label = NAME


class Contact(models.Model):
    """A contact with the same keys and indexes as Muster's, less the search index."""

    contact_id = models.CharField(max_length=255, unique=True)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    mobile_number = models.CharField(max_length=16, null=True, unique=True)
    whatsapp_number = models.CharField(max_length=16, null=True, db_index=True)
    text_out = models.BooleanField(default=False)
    whatsapp_out = models.BooleanField(default=False)
    whatsapp_marketing_out = models.BooleanField(default=False)
    assigned = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT)
    major = models.CharField(max_length=255, blank=True)
    campus = models.CharField(max_length=255, blank=True)
    start = models.DateField(null=True)
    credits = models.DecimalField(null=True, max_digits=30, decimal_places=6)
    resident = models.BooleanField(null=True)

    class Meta:
        app_label = NAME


class Phone(widgets.CharWidget):
    """A number as E.164, by the library."""

    def clean(self, value: str, row: Any = None, **_: Any) -> str | None:
        if not value:
            return None
        try:
            number = phonenumbers.parse(value, "US")
        except phonenumbers.NumberParseException as error:
            raise ValidationError(str(error)) from error
        if not phonenumbers.is_possible_number(number):
            raise ValidationError("not possible")
        phonenumbers.is_valid_number(number)  # Muster notes one that is not
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class YesNo(widgets.Widget):
    """A yes/no word; `blank` is what a blank cell means."""

    words = {"true": True, "yes": True, "y": True, "1": True, "false": False, "no": False, "n": False, "0": False}

    def __init__(self, *, blank: bool | None) -> None:
        super().__init__()
        self.blank = blank

    def clean(self, value: str, row: Any = None, **_: Any) -> bool | None:
        if not value:
            return self.blank
        if value.casefold() not in self.words:
            raise ValidationError("not yes or no")
        return self.words[value.casefold()]


class Choice(widgets.CharWidget):
    """One of a few words."""

    def clean(self, value: str, row: Any = None, **_: Any) -> str:
        if value and value not in {"North", "South", "East", "West"}:
            raise ValidationError("not a choice")
        return value


class Needed(widgets.CharWidget):
    """Text that may not be blank."""

    def clean(self, value: str, row: Any = None, **_: Any) -> str:
        if not value:
            raise ValidationError("blank")
        return value


class SomeStaff(widgets.ForeignKeyWidget):
    """Looks the staff up for each row; a Staff ID that nobody has is the row's mistake, not the import's."""

    def clean(self, value: str, row: Any = None, **facts: Any) -> Staff | None:
        try:
            return super().clean(value, row, **facts)
        except Staff.DoesNotExist as error:
            raise ValidationError("nobody has this Staff ID") from error


def column(attribute: str, name: str, widget: widgets.Widget) -> fields.Field:
    return fields.Field(attribute=attribute, column_name=name, widget=widget)


class Plain(resources.ModelResource):
    """One query to find and one to save a contact, as the documentation shows it."""

    contact_id = column("contact_id", "ContactId", Needed())
    first_name = column("first_name", "FirstName", Needed())
    last_name = column("last_name", "LastName", Needed())
    mobile_number = column("mobile_number", "MobileNumber", Phone())
    whatsapp_number = column("whatsapp_number", "WhatsAppMobileNumber", Phone())
    text_out = column("text_out", "OptedOut", YesNo(blank=False))
    whatsapp_out = column("whatsapp_out", "WhatsAppOptedOut", YesNo(blank=False))
    whatsapp_marketing_out = column("whatsapp_marketing_out", "WhatsAppMarketingOptedOut", YesNo(blank=False))
    assigned = column("assigned", "StaffId", SomeStaff(Staff, "staff_id"))
    major = column("major", "Major", widgets.CharWidget())
    campus = column("campus", "Campus", Choice())
    start = column("start", "Start", widgets.DateWidget("%Y-%m-%d"))
    credits = column("credits", "Credits", widgets.DecimalWidget())
    resident = column("resident", "Resident", YesNo(blank=None))

    class Meta:
        model = Contact
        import_id_fields = ("contact_id",)
        skip_unchanged = True
        report_skipped = True

    def before_import_row(self, row: Any, **_: Any) -> None:
        """A blank mobile number is inferred."""
        if not row["MobileNumber"]:
            row["MobileNumber"] = row["WhatsAppMobileNumber"]


class KnownStaff(widgets.ForeignKeyWidget):
    """Looks the staff up once, not once a row."""

    known: dict[str, Staff] = {}

    def clean(self, value: str, row: Any = None, **_: Any) -> Staff | None:
        if value and value not in self.known:
            raise ValidationError("nobody has this Staff ID")
        return self.known[value] if value else None


class Bulk(Plain):
    """Its bulk mode: contacts found at once, and saved a thousand at a time."""

    assigned = column("assigned", "StaffId", KnownStaff(Staff, "staff_id"))

    class Meta(Plain.Meta):
        use_bulk = True
        batch_size = 1000
        instance_loader_class = instance_loaders.CachedInstanceLoader
        skip_diff = False


def make_tables() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Staff)
        editor.create_model(Contact)
    staff = Staff.objects.bulk_create(Staff(staff_id=f"T{number:02}") for number in range(20))
    KnownStaff.known = {each.staff_id: each for each in staff}


def read(path: str) -> Dataset:
    with Path(path).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return Dataset(*rows, headers=header)


def clocks() -> Meter:
    if connection.vendor == "sqlite":
        return Meter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return Meter(postmaster_of(cursor.fetchone()[0]))


def main() -> None:
    sys.stdout, answers = sys.stderr, sys.stdout
    make_tables()
    kind = Plain if arguments.mode == "plain" else Bulk
    if arguments.before:
        kind().import_data(read(arguments.before), dry_run=False, raise_errors=False)
    cost, meter = Cost(), clocks()
    phonenumbers.is_valid_number(phonenumbers.parse("+14155552671"))
    forget_peak()
    with meter.measured(cost):
        result = kind().import_data(read(arguments.file), dry_run=False, raise_errors=False)
    said = {
        "rows": result.total_rows, "reported": dict(result.totals), "stored": Contact.objects.count(),
        "cost": cost.as_json(), "peak_mb": peak_mb(),
        "versions": {"django-import-export": import_export.__version__, "django": django.__version__},
    }  # fmt: skip
    print(json.dumps(said), file=answers)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    main()
