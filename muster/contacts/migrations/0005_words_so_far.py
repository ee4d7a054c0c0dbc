"""Put on the stop list what contacts have said so far, and opt out who else has their numbers."""

from django.db import migrations
from django.db.models import Q
from django.utils import timezone

from muster.contacts.time_ids import next_id
from muster.core.phones import spellings

NUMBERS = {
    "text": ("mobile_number",),
    "whatsapp": ("whatsapp_number", "mobile_number"),
    "whatsapp_marketing": ("whatsapp_number", "mobile_number"),
}


def keep(apps, editor):
    contacts = apps.get_model("contacts", "Contact").objects
    for channel, columns in NUMBERS.items():
        said = contacts.filter(**{f"{channel}_out": True, f"{channel}_own_out": True})
        for contact in list(said):
            number = next((each for each in (getattr(contact, column) for column in columns) if each), None)
            if number:
                keep_word(apps, contact, channel, number)


def keep_word(apps, contact, channel, number):
    at = getattr(contact, f"{channel}_at")
    values = {"number": number, "at": at, "through": "", "id": next_id()}
    words = apps.get_model("contacts", "StopWord").objects
    words.get_or_create(team=contact.team, key=spellings.key(number), channel=channel, defaults=values)
    has_it = Q(**{f"{NUMBERS[channel][0]}__in": spellings.of(number)})
    others = apps.get_model("contacts", "Contact").objects.filter(has_it, team=contact.team, **{f"{channel}_out": False})
    for other in list(others):
        parts = ("out", "source", "by", "at", "own_out")
        old = [getattr(other, f"{channel}_{part}") for part in parts]
        new = [True, "contact", None, at, True]
        own = dict(zip((f"{channel}_{part}" for part in parts), new, strict=True))
        apps.get_model("contacts", "Contact").objects.filter(team=other.team, id=other.id).update(**own)
        apps.get_model("contacts", "Change").objects.create(
            id=next_id(),
            team=other.team,
            contact=other.id,
            at=timezone.now(),
            source="contact",
            action="consent",
            before={channel: [*old[:3], old[3].isoformat(), old[4]]},
            after={channel: [*new[:3], at.isoformat(), True]},
        )


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_stop_list")]
    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
