"""Filters by any field: what the stored value must be. `where=custom.12:is:Biology` in an address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from operator import and_
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Case, F, FloatField, Func, Q, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Lower, StrIndex
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, LessThanOrEqual, Regex

from muster.core.fields import CUSTOM, Field, Kind
from muster.core.sentences.language import Words, gettext, gettext_noop, gettext_of

# What may be asked of a value, in the words of the page.
OPERATORS = Words(
    {
        "is": gettext_noop("is"),
        "is-not": gettext_noop("is not"),
        "has": gettext_noop("contains"),
        "from": gettext_noop("is at least, or on or after"),
        "to": gettext_noop("is at most, or on or before"),
        "blank": gettext_noop("is blank"),
        "filled": gettext_noop("is not blank"),
    }
)
WITHOUT_VALUE = frozenset({"blank", "filled"})


class BadFilter(Exception):  # noqa: N818  says what it is, like BadFile
    """A filter with a value it does not know."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(f"{name}={value}")
        self.name, self.value = name, value


_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"


class Condition(NamedTuple):
    """One condition: a field, what is asked of its value, the value as it was typed, and as it would be stored."""

    field: Field
    operator: str
    value: str = ""
    stored: str = ""

    @property
    def text(self) -> str:
        """As an address has it."""
        return ":".join((self.field.key, self.operator, self.value)).rstrip(":")

    @property
    def words(self) -> str:
        """For people."""
        said, name = OPERATORS[self.operator].partition(",")[0], gettext_of(self.field.label) or self.field.name
        if self.operator in WITHOUT_VALUE:
            return gettext("{field} {operator}", field=name, operator=said)
        return gettext("{field} {operator} {value}", field=name, operator=said, value=self.value)


def all_of(conditions: Iterable[Condition]) -> Q:
    """Return the condition on a contact that all of these come to."""
    return reduce(and_, (_OF[each.operator](_stored(each.field), each.stored, each.field) for each in conditions), Q())


def _stored(its: Field) -> Any:
    if not its.is_custom:
        return Coalesce(F(its.key), Value(""), output_field=TextField())
    return Coalesce(custom_value(its.key.removeprefix(CUSTOM)), Value(""), output_field=TextField())


def custom_value(key: str) -> Func:
    """Return a custom value. Django's own lookup would take the key, a number, for a place in a list."""
    if connection.vendor == "postgresql":
        return Func("custom", Value(key), function="jsonb_extract_path_text", output_field=TextField())
    return Func("custom", Value(f'$."{key}"'), function="json_extract", output_field=TextField())


def _is(stored: Any, value: str, _: Field) -> Q:
    return Q(Exact(stored, Value(value))) | Q(Exact(Lower(stored), Value(value.lower())))


def _has(stored: Any, value: str, _: Field) -> Q:
    return Q(GreaterThan(StrIndex(Lower(stored), Value(value.lower())), 0))


def _blank(stored: Any, _: str, __: Field) -> Q:
    return Q(Exact(stored, Value("")))


def _compares(lookup: Callable[[Any, Any], Any]) -> Callable[[Any, str, Field], Q]:
    def compared(stored: Any, value: str, its: Field) -> Q:
        if its.kind is not Kind.NUMBER:
            return Q(lookup(stored, Value(value))) & ~_blank(stored, "", its)
        try:
            number = float(value)
        except ValueError:
            return Q(id__in=[])  # nothing is more or less than a word
        as_number = Case(When(Q(Regex(stored, Value(_NUMBER))), then=Cast(stored, FloatField())), default=None)
        return Q(lookup(as_number, Value(number, FloatField())))

    return compared


_OF: Mapping[str, Callable[[Any, str, Field], Q]] = {
    "is": _is,
    "is-not": lambda stored, value, its: ~_is(stored, value, its),
    "has": _has,
    "from": _compares(GreaterThanOrEqual),
    "to": _compares(LessThanOrEqual),
    "blank": _blank,
    "filled": lambda stored, value, its: ~_blank(stored, value, its),
}
