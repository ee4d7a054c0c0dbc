"""The language of the core's texts. By itself it is English; the program around the core puts its own translator in.

The English text is the key of its translation, as in gettext. A text is looked up when it is shown, not when a row is
checked: what checks hand on are codes and facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol


class Language(Protocol):
    """What is asked of a translator."""

    def text(self, english: str, context: str = "") -> str:
        """Return the text in the language; as it is meant in a context, where one is given."""

    def counted(self, one: str, many: str, count: int) -> str:
        """Return the form of a text that goes with a count."""

    def number(self, value: float) -> str:
        """Return a number as the language writes it."""


class English:
    """The texts as they stand."""

    def text(self, english: str, context: str = "") -> str:
        """Return it as it is."""
        return english

    def counted(self, one: str, many: str, count: int) -> str:
        """Return the first form for one, the second for all else."""
        return one if count == 1 else many

    def number(self, value: float) -> str:
        """Return 1234 as 1,234."""
        return f"{value:,}"


_spoken: list[Language] = [English()]


def speak(language: Language) -> None:
    """Have all texts said by this translator from now on: once, when the program starts."""
    _spoken[0] = language


def gettext_noop(text: str) -> str:
    """Mark a text that is translated elsewhere, where it is shown."""
    return text


class Meant(str):  # noqa: SLOT000  a str takes no slots with a value of its own
    """A text that is two words in other languages, with the context that tells which is meant."""

    context: str

    def __new__(cls, english: str, context: str = "") -> Meant:
        """Take both."""
        made = super().__new__(cls, english)
        made.context = context
        return made


def pgettext_noop(context: str, text: str) -> str:
    """Mark a text that is translated elsewhere, where it is shown, as it is meant in a context."""
    return Meant(text, context)


def gettext_of(english: str) -> str:
    """Return a text in the language of whoever reads it, its placeholders not yet filled."""
    return _spoken[0].text(english, english.context if isinstance(english, Meant) else "")


def gettext(english: str, **facts: Any) -> str:
    """Return a text in the language of whoever reads it, filled with facts: {value} as it is, {rows:,} as a number."""
    return fill(gettext_of(english), facts)


def pgettext(context: str, english: str, **facts: Any) -> str:
    """Return the same for a text that is another word elsewhere."""
    return fill(_spoken[0].text(english, context), facts)


def ngettext(one: str, many: str, count: int, **facts: Any) -> str:
    """Return the form of a text that goes with a count, filled with it and with facts."""
    return fill(_spoken[0].counted(one, many, count), {"count": count, **facts})


class Words(Mapping[str, str]):
    """Texts by their codes, each in the language of whoever looks it up. What stands in it is marked and English."""

    def __init__(self, english: Mapping[Any, str]) -> None:
        self._english = dict(english)

    def __getitem__(self, code: str) -> str:
        return gettext_of(self._english[code])

    def __iter__(self) -> Iterator[str]:
        return iter(self._english)

    def __len__(self) -> int:
        return len(self._english)


def fill(text: str, facts: dict[str, Any]) -> str:
    """Fill the placeholders of a text; numbers as the language writes them where it asks for that with {rows:,}."""
    return text.format(**{name: _Number(each) if type(each) is int else each for name, each in facts.items()})


class _Number(int):
    """A number that a text may ask for as the language writes it."""

    def __format__(self, spec: str) -> str:
        return _spoken[0].number(int(self)) if spec == "," else super().__format__(spec)


def decimal(value: float) -> str:
    """Return a number to the tenth as the language writes it; one without tenths is a whole one: 4.2, 5."""
    tenths = round(value, 1)
    return _spoken[0].number(int(tenths) if tenths == int(tenths) else tenths)


def listed(values: Iterable[object]) -> str:
    """Return a list as the language separates it: "3, 4, 5", and in Arabic "3، 4، 5"."""
    return gettext(", ").join(map(str, values))


def either(values: Iterable[object]) -> str:
    """Return a list of which one is meant: "yes", "yes or no", "yes, y or true"."""
    *most, last = [str(each) for each in values]
    return gettext("{first} or {last}", first=listed(most), last=last) if most else last


def all_of(values: Iterable[object]) -> str:
    """Return a list of which all are meant: "A", "A and C", "A, C and D"."""
    *most, last = [str(each) for each in values]
    return gettext("{first} and {last}", first=listed(most), last=last) if most else last
