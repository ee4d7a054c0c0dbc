"""What makes sentences of a page whole: a tag that keeps a rendered part, for a sentence to hold; filters for lists."""

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString

from muster.core.sentences import language

register = template.Library()
register.filter("listed", language.listed)
register.filter("either", language.either)


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
