"""The teams app."""

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    """Users, teams and memberships."""

    name = "muster.teams"
    label = "teams"

    def ready(self) -> None:
        """Listen for sign-ins, have the installation checked, and the core speak everybody's language."""
        import muster.teams.checks  # noqa: PLC0415
        import muster.teams.languages.core_texts  # noqa: PLC0415
        import muster.teams.sign_in.signals  # noqa: PLC0415  models are loaded by now

        muster.teams.languages.core_texts.speak()
