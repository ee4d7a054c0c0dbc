"""The teams app."""

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    """Users, teams and memberships."""

    name = "muster.teams"
    label = "teams"

    def ready(self) -> None:
        """Listen for sign-ins, and have the installation checked."""
        import muster.teams.checks  # noqa: PLC0415
        import muster.teams.sign_in.signals  # noqa: F401, PLC0415  models are loaded by now
