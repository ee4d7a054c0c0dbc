"""The teams app."""

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    """Users, teams and memberships."""

    name = "muster.teams"
    label = "teams"
