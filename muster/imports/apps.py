"""The imports app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Imports, their files and their mails."""

    name = "muster.imports"
    label = "imports"

    def ready(self) -> None:
        """Listen for people who are erased."""
        import muster.imports.erasure  # noqa: F401, PLC0415  models are loaded by now
