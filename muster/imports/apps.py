"""The imports app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Imports, their files and their mails."""

    name = "muster.imports"
    label = "imports"

    def ready(self) -> None:
        """Listen for people who are erased or step down, and webhooks that are off; name the jobs beside."""
        import muster.imports.erasure  # noqa: PLC0415  models are loaded by now
        import muster.imports.mailing.account_mail  # noqa: PLC0415
        import muster.imports.mailing.webhook_mail  # noqa: PLC0415
        import muster.imports.process.hand_back  # noqa: PLC0415
        import muster.imports.process.undo_looks  # noqa: F401, PLC0415
