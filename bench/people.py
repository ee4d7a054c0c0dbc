"""The files to import: seeded people of many countries, numbers written in many ways, one row in twenty no good."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

SYSTEM = (
    "ContactId", "FirstName", "LastName", "MobileNumber", "WhatsAppMobileNumber",
    "OptedOut", "WhatsAppOptedOut", "WhatsAppMarketingOptedOut", "StaffId",
)  # fmt: skip
CAMPUSES = ("North", "South", "East", "West")
MAJORS = ("Law", "Physics", "History", "Études françaises", "Mathematics", "Nursing", "Music", "Biology")
# Name, kind and choices of the team's own fields; the first five are in most files, all ten in the preview's.
CUSTOM = (
    ("Major", "text", ()), ("Campus", "choice", CAMPUSES), ("Start", "date", ()), ("Credits", "number", ()),
    ("Resident", "yes_no", ()), ("Term", "text", ()), ("Dorm", "text", ()), ("Honors", "yes_no", ()),
    ("Level", "number", ()), ("Visa", "choice", ("F1", "J1", "M1")),
)  # fmt: skip
HEADER = (*SYSTEM, *(name for name, _, _ in CUSTOM[:5]))
WIDE_HEADER = (*SYSTEM, *(name for name, _, _ in CUSTOM))
STAFF = tuple(f"T{number:02}" for number in range(20))

FIRST = ("Ann", "Bob", "Chidi", "Dana", "Elif", "Farid", "Grace", "Hana", "Ivan", "José", "Kim", "Lê", "Mía", "Noor")
PARTS = ("an", "bel", "cor", "da", "el", "fi", "gor", "ha", "il", "jo", "ka", "lu", "mi", "nor", "os", "pe", "ri", "sa")
AREAS = (201, 202, 206, 212, 213, 215, 253, 301, 303, 305, 310, 312, 404, 415, 503, 512, 602, 617, 646, 702, 713, 808)
HOME_WAYS = ("+1{0}{1}{2}", "+1 {0}-{1}-{2}", "({0}) {1}-{2}", "{0}-{1}-{2}", "{0}.{1}.{2}", "{0}{1}{2}", "1{0}{1}{2}")
DIGITS_MADE_UP = 5

Cells = list[str]


class Numbers:
    """Writes a new number each time, no number twice: two in five of the home region, the others of all countries."""

    def __init__(self, random_: random.Random) -> None:
        self.random, self.home = random_, 0
        self.abroad = [(ways, [0]) for ways in countries()]

    def new(self) -> str:
        if self.random.random() < 0.4:
            self.home += 1
            area, line = AREAS[self.home % len(AREAS)], self.home // len(AREAS) * 7919 % 7_990_000
            return self.random.choice(HOME_WAYS).format(area, 200 + line // 10_000, f"{line % 10_000:04}")
        ways, used = self.random.choice(self.abroad)
        used[0] += 1
        return self.random.choice(ways) % tuple(f"{used[0] * 7919 % 10**DIGITS_MADE_UP:0{DIGITS_MADE_UP}}")


def countries() -> list[list[str]]:
    """For each country, ways to write its mobile numbers, with %s for each of the last digits."""
    examples = (
        phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    )
    ways = (ways_of(number) for number in examples if number and number.country_code != 1 and _is_long(number))
    return list({each[0]: each for each in ways}.values())  # some countries share a range


def _is_long(number: PhoneNumber) -> bool:
    return len(str(number.national_number)) >= DIGITS_MADE_UP + 3


def ways_of(number: PhoneNumber) -> list[str]:
    plain = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    international = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    written = (plain, plain, international, international.replace(" ", "-"), international.replace(" ", "."))
    last = re.compile(rf"\d(?=(?:\D*\d){{0,{DIGITS_MADE_UP - 1}}}\D*\Z)")
    return [last.sub("%s", way) for way in written]


class People:
    """Rows of good cells, one after the other, each with an id and numbers that no other has."""

    def __init__(self, seed: int = 7) -> None:
        self.random = random.Random(seed)
        self.numbers = Numbers(self.random)
        self.made = 0

    def rows(self, count: int, *, wide: bool = False) -> Iterator[Cells]:
        for _ in range(count):
            yield self.wide() if wide else self.row()

    def row(self) -> Cells:
        random_, pick = self.random.random, self.random.choice
        self.made += 1
        whatsapp = random_()
        mobile = self.numbers.new()
        blank = whatsapp > 0.97  # inferred from the WhatsApp number
        return [
            f"S{self.made:07}", pick(FIRST), self.last_name(), "" if blank else mobile,
            mobile if blank or whatsapp < 0.3 else self.numbers.new() if whatsapp < 0.6 else "",
            pick(("", "", "no", "yes", "FALSE", "0")), pick(("", "no", "TRUE", "false")), pick(("", "no", "yes")),
            pick(("", *STAFF)) if random_() < 0.5 else "",
            pick(MAJORS), pick(CAMPUSES), f"20{self.made % 16 + 10}-{self.made % 12 + 1:02}-{self.made % 28 + 1:02}",
            str(self.made % 180), pick(("yes", "no", "")),
        ]  # fmt: skip

    def wide(self) -> Cells:
        """Return a row with all ten fields, short and often blank, as in a file of 5 MB with 60,000 rows."""
        cells, pick = self.row(), self.random.choice
        cells[9], cells[11] = pick(("Law", "Art", "Music", "")), pick((cells[11], ""))
        return [
            *cells,
            pick(("F1", "S2", "")),
            pick(("A", "B", "")),
            pick(("y", "n", "")),
            pick("1234"),
            pick(("", "F1")),
        ]

    def last_name(self) -> str:
        name = "".join(self.random.choice(PARTS) for _ in range(3)).capitalize()
        return name if self.random.random() < 0.9 else self.random.choice(("O'", "Núñez ", "Mac", "Łu")) + name

    def changed(self, cells: Cells) -> Cells:
        """Return the row of the same person, with something changed."""
        kind, new = self.random.randrange(4), list(cells)
        if kind == 0:
            new[9], new[12] = self.random.choice(MAJORS), str(int(cells[12]) + 3)
        elif kind == 1:
            new[2] = self.last_name() + "a"
        elif kind == 2:
            new[8], new[5] = STAFF[0] if cells[8] != STAFF[0] else STAFF[1], "yes"
        else:
            new[3] = self.numbers.new()
        return new


BAD: tuple[tuple[int, str], ...] = (
    (3, "N/A"), (3, "4.41753E+11"), (3, "+44 12"), (4, "716555"), (2, ""), (5, "maybe"), (8, "T999"), (10, "Moon"),
)  # fmt: skip


def with_bad_rows(rows: Iterable[Cells]) -> Iterator[Cells]:
    """Spoil one row in twenty, each in another way."""
    for index, cells in enumerate(rows):
        if is_bad(index):
            place, cell = BAD[index // 20 % len(BAD)]
            yield [*cells[:place], cell, *cells[place + 1 :]]
        else:
            yield cells


def is_bad(index: int) -> bool:
    return index % 20 == 7


def write(path: Path, rows: Iterable[Cells], header: tuple[str, ...] = HEADER) -> None:
    """Write a file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def mixed(people: People, known: list[Cells], count: int) -> Iterator[Cells]:
    """A quarter new, half changed, a quarter as they were; `known` has three quarters of `count`."""
    before = iter(known)
    for index in range(count):
        if index % 4 == 0:
            yield people.row()
        elif index % 4 == 1:
            yield next(before)
        else:
            yield people.changed(next(before))


def write_full(path: Path, limit: int) -> int:
    """Write a file just below `limit` bytes, with all fields; return how many rows it has."""
    fitting, size = [], len(",".join(WIDE_HEADER).encode()) + 2
    for cells in with_bad_rows(People().rows(limit // 70, wide=True)):
        size += sum(len(cell.encode()) + 1 for cell in cells) + 1
        if size > limit:
            break
        fitting.append(cells)
    write(path, fitting, WIDE_HEADER)
    return len(fitting)
