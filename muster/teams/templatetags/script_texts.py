"""A tag that gives a page the texts of its scripts."""

from django import template
from django.utils import translation
from django.utils.safestring import SafeString

from muster.teams.languages import script_texts as texts

register = template.Library()


@register.simple_tag
def script_texts() -> SafeString:
    """{% script_texts %}, before the scripts."""
    return texts.of_page(translation.get_language() or "en")
