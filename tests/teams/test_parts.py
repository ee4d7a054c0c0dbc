"""A rendered part of a page stands whole within a sentence."""

from django.template import engines


def test_it_keeps_a_part_and_escapes_what_is_in_it() -> None:
    template = engines["django"].from_string(
        "{% load i18n parts %}{% part who %}<b>{{ name }}</b>{% endpart %}"
        "{% blocktranslate %}By {{ who }}.{% endblocktranslate %}"
    )
    assert template.render({"name": "<Amina>"}) == "By <b>&lt;Amina&gt;</b>."
