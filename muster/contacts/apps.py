"""The contacts app."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Contacts, custom fields and history."""

    name = "muster.contacts"
    label = "contacts"
