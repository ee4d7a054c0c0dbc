"""The connect app."""

from django.apps import AppConfig


class ConnectConfig(AppConfig):
    """The feed of changes, webhooks and connections."""

    name = "muster.connect"
    label = "connect"

    def ready(self) -> None:
        """Listen for changes of contacts, and for people who are erased."""
        import muster.connect.erasure  # noqa: PLC0415  models are loaded by now
        import muster.connect.outbox  # noqa: F401, PLC0415
