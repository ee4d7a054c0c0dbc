"""Contacts by the thousand, the same every time."""

import random
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.utils import timezone

from muster.contacts.models import Contact, ContactCounts
from muster.contacts.search.index import document_of, index_rows
from muster.contacts.time_ids import next_ids
from muster.teams.models import Team

FIRST = [
    "Ana",
    "José",
    "Zoë",
    "Łukasz",
    "Søren",
    "Nguyễn",
    "王伟",
    "李",
    "Олена",
    "محمد",
    "O\u2019Brien",
    "Anne-Marie",
    "Al",
]
LAST = [
    "Núñez",
    "García",
    "Müller",
    "Straße",
    "Øverland",
    "Đặng",
    "Ковальчук",
    "张",
    "Lee",
    "Ng",
    "van der Berg",
    "100%",
]
MAJORS = ["Law", "Physics", "Ökologie", 'a "quoted" one', "C_ and C\\", "Latin\nAmerican studies"]


def values(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Yield the values of random contacts; about a third share parts of names, ids and numbers."""
    rng = random.Random(seed)
    for number in range(count):
        mobile = f"+1716{rng.randrange(2_000_000, 9_999_999)}"
        abroad = rng.choice([f"+44{rng.randrange(10**9, 10**10)}", f"+3906{rng.randrange(10**7, 10**8)}", mobile, None])
        yield {
            "contact_id": rng.choice([f"S{number:05}", f"{number:06}", f"2024-{number}"]),
            "first_name": rng.choice(FIRST),
            "last_name": rng.choice(LAST),
            "mobile_number": mobile,
            "whatsapp_number": abroad,
            "custom": {"7": rng.choice(MAJORS)},
            "text_out": rng.random() < 0.1,
            "whatsapp_out": rng.random() < 0.5,
            "whatsapp_marketing_out": rng.random() < 0.9,
        }


def save(team: Team, people: list[dict[str, Any]]) -> list[Contact]:
    """Put them into the team, and into the search index."""
    now = timezone.now()
    times = dict.fromkeys(("text_at", "whatsapp_at", "whatsapp_marketing_at", "created_at", "updated_at"), now)
    contacts = [
        Contact(team=team, id=key, search_text=text_of(person), **times, **person)
        for key, person in zip(next_ids(len(people)), people, strict=True)
    ]
    Contact.objects.bulk_create(contacts, ignore_conflicts=True, batch_size=500)
    ContactCounts.objects.filter(team=team).delete()  # nobody has counted them
    kept = set(Contact.objects.filter(team=team).values_list("id", flat=True))
    saved = [contact for contact in contacts if contact.id in kept]
    index_rows(connection, added=[(contact.id, contact.search_text) for contact in saved])
    return saved


def text_of(person: dict[str, Any]) -> str:
    return document_of(person, person["custom"], person["custom"])
