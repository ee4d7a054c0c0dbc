"""The connect app."""

from django.apps import AppConfig


class ConnectConfig(AppConfig):
    """The feed of changes, webhooks and connections."""

    name = "muster.connect"
    label = "connect"

    def ready(self) -> None:
        """Listen for changes of contacts, for people who are erased, and for words that have to wait."""
        import muster.connect.erasure  # noqa: PLC0415  models are loaded by now
        import muster.connect.incoming.journal  # noqa: PLC0415
        import muster.connect.outbox  # noqa: F401, PLC0415
