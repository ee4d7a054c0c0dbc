"""The imports app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Imports, their files and their mails."""

    name = "muster.imports"
    label = "imports"
