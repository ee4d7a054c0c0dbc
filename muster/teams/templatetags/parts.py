"""A tag that keeps a rendered part of a page under a name, so that a sentence can hold it whole in every language."""

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString

register = template.Library()


class Part(template.Node):
    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name, self.nodelist = name, nodelist

    def render(self, context: Context) -> SafeString:
        context[self.name] = self.nodelist.render(context)
        return SafeString("")


@register.tag
def part(parser: Parser, token: Token) -> Part:
    """{% part when %}{% include "partials/time.html" %}{% endpart %}, and then {{ when }} within a blocktranslate."""
    _, name = token.split_contents()
    nodelist = parser.parse(("endpart",))
    parser.delete_first_token()
    return Part(name, nodelist)
