"""What a team's file may hold: every field, what blank and absent mean for it, and the two templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from muster.core.sentences.language import gettext, gettext_noop, pgettext_noop

MAX_CUSTOM_FIELDS = 25
CUSTOM = "custom."  # before the key of a custom field


REVERSED = "!"  # before the name of a field, in an answer: the column says the opposite


class Kind(StrEnum):
    """How the cells of a field are read (`values.py`, `phones.py`)."""

    TEXT = "text"
    ID = "id"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"
    PHONE = "phone"
    OPT_OUT = "opt_out"
    STAFF = "staff"


CUSTOM_KINDS = (Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.YES_NO, Kind.CHOICE)


class Blank(StrEnum):
    """What a blank cell means."""

    FAILS = gettext_noop("row fails")
    OPTION = gettext_noop("the option: infer or fail")
    KEPT = gettext_noop("kept as stored")
    OPTED_IN = gettext_noop("opted in")
    CLEARED = gettext_noop("cleared")


class Absent(StrEnum):
    """What an absent column means."""

    REFUSED = gettext_noop("file refused")
    KEPT = gettext_noop("kept as stored")
    CLEARED = gettext_noop("cleared for every contact in the file")


class Column(NamedTuple):
    """A column of a contact, and the type that bulk reads cast it to: quicker than what a driver makes of it."""

    name: str
    cast: str = ""


_CHANNEL_PARTS = {"out": "integer", "source": "", "by": "", "at": "text", "own_out": "integer"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name (the header), the key of its stored value, its kind and its rules.

    `headers` are all the headers that mean this field. `words` are the yes/no words its cells may hold. `label` is
    what pages call it; `searched` says whether search finds contacts by it.
    """

    name: str
    key: str
    kind: Kind
    blank: Blank
    absent: Absent
    headers: tuple[str, ...] = ()
    max_length: int = 255
    choices: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    label: str = ""
    searched: bool = False
    reversed: bool = field(default=False, compare=False)  # of a column that says the opposite: yes means opted in

    @property
    def required(self) -> bool:
        """Whether the file must have the column."""
        return self.absent is Absent.REFUSED

    @property
    def may_be_reversed(self) -> bool:
        """Whether a column that says the opposite can be used as this field: "WhatsApp Opt-In"."""
        return self.kind is Kind.OPT_OUT

    @property
    def answer(self) -> str:
        """The field as an answer for a column names it."""
        return f"{REVERSED}{self.name}" if self.reversed else self.name

    @property
    def is_custom(self) -> bool:
        """Whether it is a team's own field, and no system field."""
        return self.key.startswith(CUSTOM)

    @property
    def is_plain(self) -> bool:
        """Whether its value is one text in a column of its own, of the name of its key."""
        return not self.is_custom and self.kind not in (Kind.OPT_OUT, Kind.STAFF)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of a contact that hold its value."""
        if self.kind is Kind.OPT_OUT:
            return tuple(Column(f"{self.key}_{part}", cast) for part, cast in _CHANNEL_PARTS.items())
        if self.kind is Kind.STAFF:
            return (Column("assigned_id"),)
        return (Column("custom" if self.is_custom else self.key),)


YES = frozenset({"true", "yes", "y", "1"})
FOUR_WORDS = frozenset({"true", "false", "yes", "no"})
EIGHT_WORDS = FOUR_WORDS | {"y", "n", "1", "0"}

ID_HEADERS = ("ContactId", "StudentId", "StudentId/ContactId")

# Every system field. Whatever needs one by itself finds it by name, and whatever needs them all goes through them all.
SYSTEM_FIELDS = (
    Field(
        "ContactId", "contact_id", Kind.ID, Blank.FAILS, Absent.REFUSED, ID_HEADERS,
        label=gettext_noop("Contact ID"), searched=True,
    ),
    Field(
        "FirstName", "first_name", Kind.TEXT, Blank.FAILS, Absent.REFUSED,
        max_length=100, label=gettext_noop("First name"), searched=True,
    ),
    Field(
        "LastName", "last_name", Kind.TEXT, Blank.FAILS, Absent.REFUSED,
        max_length=100, label=gettext_noop("Last name"), searched=True,
    ),
    Field(
        "MobileNumber", "mobile_number", Kind.PHONE, Blank.OPTION, Absent.REFUSED,
        label=gettext_noop("Mobile number"), searched=True,
    ),
    Field(
        "WhatsAppMobileNumber", "whatsapp_number", Kind.PHONE, Blank.KEPT, Absent.REFUSED,
        label=gettext_noop("WhatsApp number"), searched=True,
    ),
    Field(
        "OptedOut", "text", Kind.OPT_OUT, Blank.KEPT, Absent.KEPT,
        words=EIGHT_WORDS, label=pgettext_noop("channel", "Text"),
    ),
    Field(
        "WhatsAppOptedOut", "whatsapp", Kind.OPT_OUT, Blank.OPTED_IN, Absent.KEPT,
        words=FOUR_WORDS, label=gettext_noop("WhatsApp"),
    ),
    Field(
        "WhatsAppMarketingOptedOut", "whatsapp_marketing", Kind.OPT_OUT, Blank.OPTED_IN, Absent.KEPT,
        words=FOUR_WORDS, label=gettext_noop("WhatsApp marketing"),
    ),
    Field("StaffId", "staff_id", Kind.STAFF, Blank.CLEARED, Absent.CLEARED, label=gettext_noop("Assigned user")),
)  # fmt: skip

# The fields that rules and pages know by name. Any other becomes what the row says, and stands with the team's own.
NAMED = frozenset({
    "ContactId", "FirstName", "LastName", "MobileNumber", "WhatsAppMobileNumber",
    "OptedOut", "WhatsAppOptedOut", "WhatsAppMarketingOptedOut", "StaffId",
})  # fmt: skip
OTHER_FIELDS = tuple(each for each in SYSTEM_FIELDS if each.name not in NAMED)

CHANNELS = tuple(each.key for each in SYSTEM_FIELDS if each.kind is Kind.OPT_OUT)
_POSITIONS = {each.name: place for place, each in enumerate(SYSTEM_FIELDS)}


def position(name: str) -> int:
    """Return the place of a system field: that of its value in a record."""
    return _POSITIONS[name]


# The columns a rows-to-fix file adds: known, and never imported.
EXTRA_HEADERS = ("Row", "Problem", "How to fix")
# The same, for a file that has one of these columns itself.
OTHER_EXTRA_HEADERS = ("Row to fix", "Problem to fix", "How to fix it")


def custom_field(
    name: str,
    key: str,
    kind: Kind = Kind.TEXT,
    *,
    required: bool = False,
    max_length: int = 255,
    choices: Iterable[str] = (),
    searched: bool = True,
) -> Field:
    """Describe a team's own field. `key` is stable under renaming, e.g. "custom.12"."""
    absent = Absent.REFUSED if required else Absent.KEPT
    return Field(name, key, kind, Blank.CLEARED, absent, (), max_length, tuple(choices), EIGHT_WORDS, name, searched)


@dataclass(frozen=True, slots=True)
class Schema:
    """All fields of one team, and how it reads numbers. `by_header` maps each exact header to its field."""

    custom: tuple[Field, ...] = ()
    home_region: str = "US"
    strict_numbers: bool = False
    by_header: Mapping[str, Field] = field(init=False, repr=False, compare=False)
    by_name: Mapping[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        headers = {header: each for each in self.fields for header in (each.headers or (each.name,))}
        object.__setattr__(self, "by_header", headers)
        object.__setattr__(self, "by_name", {each.name: each for each in self.fields})

    @property
    def fields(self) -> tuple[Field, ...]:
        """System fields first, then the team's own, in its order."""
        return SYSTEM_FIELDS + self.custom


@dataclass(frozen=True, slots=True)
class Options:
    """What the Admin chose for one import.

    `columns`: answers for unknown headers, header -> field name, or None to leave the column out.
    `date_orders`: field name -> "dmy", "mdy", "ymd" or "serial", for dates that can be read in several ways.
    `encoding`, `delimiter`, `header_row`: None unless switched by hand.
    """

    blank_mobile: str = "fail"  # or "infer"
    allow_mobile_updates: bool = False
    blank_opt_out: str = "opt_in"  # or "keep": blank cells opt nobody back in
    opt_back_in: str = "file"  # or "keep": no cell does, blank or not
    columns: Mapping[str, str | None] = field(default_factory=dict)
    date_orders: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    sheet: str | None = None  # of a workbook, by its name
    quoted_rows: bool = False  # lines inside quotes that look like rows are text
    backslashes: bool = False  # a backslash before a quote makes it part of the text
    mend_letters: bool = False  # garbled letters are read again: JosÃ© is José
    fixes: Sequence[Mapping[str, Any]] = ()  # of whole columns, done before anything else: `imports.recipes`


def options_to_json(options: Options) -> dict[str, Any]:
    """Return the options as JSON keeps them."""
    return {**asdict(options), "fixes": list(options.fixes)}


def options_from_json(kept: Mapping[str, Any]) -> Options:
    """Return the options that `options_to_json` wrote, or a part of them; keys of another time are left aside."""
    known = {key: value for key, value in kept.items() if key in Options.__dataclass_fields__}
    return Options(**{**known, "fixes": tuple(known.get("fixes", ()))})


def template_headers(schema: Schema, *, only_required: bool) -> list[str]:
    """The header row of a template, in the order of the team's fields."""
    return [each.name for each in schema.fields if each.required or not only_required]


def reserved_name(name: str) -> bool:
    """Whether a custom field may not have this name, because the product uses it as a header."""
    taken = {header for each in SYSTEM_FIELDS for header in (each.headers or (each.name,))} | {
        *EXTRA_HEADERS,
        *OTHER_EXTRA_HEADERS,
    }
    return name.casefold() in {header.casefold() for header in taken}


def reference() -> str:
    """Return the table of the system and custom fields, as Markdown, for the documentation."""
    custom = (
        custom_field("custom, required", "", required=True),
        custom_field("custom, not required", ""),
    )
    lines = ["| field | column in the file | blank cell | column absent |", "|---|---|---|---|"]
    for each in (*SYSTEM_FIELDS, *custom):
        names = each.name if each in custom else " or ".join(f"`{header}`" for header in each.headers or (each.name,))
        lines.append(f"| {names} | {'required' if each.required else 'optional'} | {each.blank} | {each.absent} |")
    return "\n".join(lines) + "\n"


NUMBERS = tuple(each.key for each in SYSTEM_FIELDS if each.kind is Kind.PHONE)

SEARCHED = tuple(each.key for each in SYSTEM_FIELDS if each.is_plain and each.searched)

SEARCHED_TEXTS = tuple(sorted((key for key in SEARCHED if key not in NUMBERS), key="contact_id".__eq__))  # names first

SEARCHED_NUMBERS = tuple(key for key in SEARCHED if key in NUMBERS)

NUMBER_OF = {"text": "mobile_number", "whatsapp": "whatsapp_number", "whatsapp_marketing": "whatsapp_number"}


def answer_in_words(answer: str) -> str:
    """Return what a column is used as, for people: "WhatsAppOptedOut, reversed: yes means opted in"."""
    if not answer.startswith(REVERSED):
        return answer
    return gettext("{field}, reversed: yes means opted in", field=answer.removeprefix(REVERSED))
