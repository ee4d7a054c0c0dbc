"""The contacts app."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Contacts, custom fields and history."""

    name = "muster.contacts"
    label = "contacts"

    def ready(self) -> None:
        """Listen for members who leave a team, and register the checks."""
        import muster.contacts.consent.checks  # noqa: PLC0415
        import muster.contacts.many  # noqa: F401, PLC0415  models are loaded by now
