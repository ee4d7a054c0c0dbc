"""Numbering plans: what the phonenumbers library knows of each calling code and region, compiled for a single walk.

A plan is made from the library's own metadata when its calling code is first met, in a few thousandths of a second.
Where a walk cannot say what the library would do with a trunk prefix or a missing plus sign, the library is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    SUPPORTED_REGIONS,
    NumberParseException,
    PhoneMetadata,
    country_code_for_region,
    national_significant_number,
    parse,
)
from phonenumbers.phonemetadata import NumberFormat, PhoneNumberDesc

from muster.core.phones.automaton import DIGITS, Marks, Node, Pattern, compiled, first_digits, lengths

# The library's kinds of number, in whose ranges a number must lie to be assigned; the order does not matter here.
_KINDS = (
    *("fixed_line", "mobile", "premium_rate", "toll_free", "shared_cost"),
    *("voip", "personal_number", "pager", "uan", "voicemail"),
)
LONGEST = 17  # digits after the calling code that the library still reads


@dataclass(frozen=True, slots=True)
class Layout:
    """How the digits after the calling code are written: as groups, with something between them."""

    groups: re.Pattern[str]
    template: str

    def shown(self, national: str) -> str:
        found = self.groups.fullmatch(national)
        return self.template.format(*found.groups("")) if found else national


@dataclass(frozen=True, slots=True)
class Ending:
    """What there is to say of a number with these digits and no more."""

    region: str | None
    assigned: bool
    layout: Layout | None
    trunk: bool  # it may begin with a trunk prefix, as in +44 (0)1753, that is no part of the number


@dataclass(frozen=True, slots=True)
class Plan:
    """The numbers of one calling code."""

    code: str
    main: Region | None
    start: Node[Ending]
    possible: frozenset[int]  # lengths after the calling code, also those that can be dialled only locally
    full: frozenset[int]  # lengths that can be dialled from anywhere
    begins: frozenset[str]  # the digits that any number begins with, after the calling code

    def ending(self, national: str) -> Ending:
        node = self.start
        for digit in national:
            node = node[digit]
        return node.ending

    def all_assigned(self, begin: str, left: int) -> bool:
        """Whether every number that begins so, and goes on for `left` digits, is assigned, with no trunk prefix."""
        node = self.start
        for digit in begin:
            node = node[digit]
        return len(begin) + left in self.full and _all_assigned(node, left)

    def without_trunk(self, digits: str) -> str:
        """What follows the calling code, without the trunk prefix that these digits may begin with."""
        national = self.main.without_trunk(digits) if self.main else None
        return _asked(f"+{self.code}{digits}", None) if national is None else national


class Region:
    """How numbers are dialled inside one region."""

    def __init__(self, metadata: PhoneMetadata, name: str) -> None:
        general = _general(metadata)
        possible, local = set(general.possible_length), set(general.possible_length_local_only)
        self.name = name
        self.code = str(metadata.country_code)
        self.longest = max(possible | local)
        self.kept = frozenset(range(max(possible))) - possible | local  # too short to be what a trunk prefix leaves
        self.trunk = _pattern(metadata.national_prefix_for_parsing)
        self.abroad = _pattern(metadata.international_prefix)
        self.trunk_starts = _first_digits(metadata.national_prefix_for_parsing)
        abroad_starts = _first_digits(metadata.international_prefix)
        self.plain = frozenset(DIGITS) - self.trunk_starts - abroad_starts - {self.code[0], "0"}

    def national(self, digits: str) -> str:
        """What follows the calling code of the number dialled with these digits; nothing if they dial abroad."""
        if digits[0] in self.plain:
            return digits
        if digits[:2] == "00" or self.dialled_abroad(digits):
            return ""
        with_code = digits.startswith(self.code)
        national = self._without_code(digits) if with_code else self.without_trunk(digits)
        return _asked(digits, self.name) if national is None else national

    def dialled_abroad(self, digits: str) -> str:
        """The prefix with which these digits dial another country."""
        found = self.abroad.match(digits) if self.abroad else None
        return found[0] if found and digits[found.end() :][:1] != "0" else ""

    def without_trunk(self, digits: str) -> str | None:
        """The number without its trunk prefix, if it has one; None where only the library can say."""
        found = self.trunk.match(digits) if self.trunk else None
        if not found or not found.end():
            return digits
        if found.lastindex is not None:
            return None
        rest = digits[found.end() :]
        if len(rest) in self.kept:
            return digits
        ending = plan_of(self.code).ending(rest)
        return rest if ending.assigned and ending.region == self.name else None

    def _without_code(self, digits: str) -> str | None:
        """The number without the calling code that it begins with, if it is too long with it; None: ask the library."""
        main = plan_of(self.code).main
        rest = digits[len(self.code) :]
        if not main or len(digits) <= self.longest or not rest:
            return None
        return None if rest[0] in self.trunk_starts | main.trunk_starts else rest


_SETTLED: dict[tuple[int, int], bool] = {}  # by a node, which lives as long as its plan, and the digits to come


def _all_assigned(node: Node[Ending], left: int) -> bool:
    if not left:
        return node.ending.assigned and not node.ending.trunk
    key = id(node), left
    if key not in _SETTLED:
        _SETTLED[key] = all(_all_assigned(each, left - 1) for each in node.values())
    return _SETTLED[key]


class _Plans(dict[str, Plan]):
    """The plan for a number by its first three digits."""

    def __missing__(self, start: str) -> Plan:
        codes = (start[:size] for size in (1, 2, 3))
        known = (code for code in codes if code[:1] != "0" and int(code or 0) in COUNTRY_CODE_TO_REGION_CODE)
        self[start] = plan = plan_of(next(known, ""))
        return plan


class _Regions(dict[str, Region]):
    """The regions that the library supports, by their code."""

    def __missing__(self, name: str) -> Region:
        if name not in SUPPORTED_REGIONS:
            raise ValueError(f"unknown region: {name!r}")
        self[name] = region = Region(_metadata(country_code_for_region(name), name), name)
        return region


PLANS = _Plans()
REGIONS = _Regions()


def walked(digits: str) -> tuple[Plan, str, Ending]:
    """The plan, what follows the calling code, and its ending, of the number with these digits after its plus sign."""
    plan = PLANS[digits[:3]]
    national = digits[len(plan.code) :]
    ending = plan.ending(national)
    if ending.trunk:
        national = plan.without_trunk(national)
        ending = plan.ending(national)
    return plan, national, ending


@cache
def plan_of(code: str) -> Plan:
    """The plan of a calling code, made when it is first asked for; the empty code is that of no number at all."""
    if not code:
        nothing = Ending(None, assigned=False, layout=None, trunk=False)
        return Plan("", None, compiled([], lambda _: nothing), frozenset(), frozenset(), frozenset())
    regions = {name: _metadata(int(code), name) for name in COUNTRY_CODE_TO_REGION_CODE[int(code)]}
    name, main = next(iter(regions.items()))
    full = frozenset(_general(main).possible_length)
    possible = full.union(_general(main).possible_length_local_only)
    begins = frozenset[str]().union(
        *(_first_digits(_general(each).national_number_pattern) for each in regions.values())
    )
    return Plan(code, Region(main, name), _compiled(regions, main), possible, full, begins)


def _compiled(regions: dict[str, PhoneMetadata], main: PhoneMetadata) -> Node[Ending]:
    formats = main.intl_number_format or main.number_format
    layouts = [_layout(each) for each in formats]

    @cache
    def ending(marks: Marks) -> Ending:
        region = next((name for name in regions if _belongs(name, regions, marks)), None)
        layout = next((layouts[i] for i, each in enumerate(formats) if _is_laid_out(i, each, marks)), None)
        return Ending(region, _is_assigned(region, marks), layout, "trunk" in marks)

    patterns = [pattern for name, metadata in regions.items() for pattern in _region_patterns(name, metadata)]
    return compiled([*patterns, *_layout_patterns(formats), *_trunk_pattern(main)], ending)


def _layout(each: NumberFormat) -> Layout:
    """The library's layout, whose \\1 \\2-\\3 is {0} {1}-{2} here."""
    template = re.sub(r"\\([1-9])", lambda group: f"{{{int(group[1]) - 1}}}", each.format or "")
    if "\\" in template:
        raise ValueError(f"a layout with something unknown in it: {each.format}")
    return Layout(re.compile(each.pattern or ""), template)


def _belongs(name: str, regions: dict[str, PhoneMetadata], marks: Marks) -> bool:
    """Whether a number belongs to this region of its calling code, if it belongs to none of those before."""
    if len(regions) == 1:
        return True
    return f"leads {name}" in marks if regions[name].leading_digits is not None else _is_assigned(name, marks)


def _is_assigned(name: str | None, marks: Marks) -> bool:
    return f"general {name}" in marks and f"kind {name}" in marks


def _is_laid_out(index: int, layout: NumberFormat, marks: Marks) -> bool:
    return f"layout {index}" in marks and (not layout.leading_digits_pattern or f"leads layout {index}" in marks)


def _region_patterns(name: str, metadata: PhoneMetadata) -> Iterator[Pattern]:
    general = _general(metadata)
    yield Pattern(general.national_number_pattern or "", f"general {name}")
    if metadata.leading_digits is not None:
        yield Pattern(metadata.leading_digits, f"leads {name}", prefix=True)
    for kind in filter(None, (getattr(metadata, kind) for kind in _KINDS)):
        if text := kind.national_number_pattern:
            if not lengths(text) <= {*kind.possible_length} & {*general.possible_length}:
                raise ValueError(f"a range of {name} with numbers of an impossible length: {text}")
            yield Pattern(text, f"kind {name}")


def _layout_patterns(formats: list[NumberFormat]) -> Iterator[Pattern]:
    for index, each in enumerate(formats):
        yield Pattern(each.pattern or "", f"layout {index}")
        if each.leading_digits_pattern:
            yield Pattern(each.leading_digits_pattern[-1], f"leads layout {index}", prefix=True)


def _trunk_pattern(main: PhoneMetadata) -> Iterator[Pattern]:
    if main.national_prefix_for_parsing:
        yield Pattern(main.national_prefix_for_parsing.replace("$", ""), "trunk", prefix=True)


def _metadata(code: int, name: str) -> PhoneMetadata:
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, name)
    if metadata is None:
        raise ValueError(f"no numbering plan for {name} in +{code}")
    return metadata


def _general(metadata: PhoneMetadata) -> PhoneNumberDesc:
    if metadata.general_desc is None:
        raise ValueError(f"no general description for {metadata.id}")
    return metadata.general_desc


def _asked(text: str, region: str | None) -> str:
    """What the library takes to follow the calling code; nothing if it sees no number."""
    try:
        return national_significant_number(parse(text, region))
    except NumberParseException:
        return ""


def _pattern(text: str | None) -> re.Pattern[str] | None:
    return re.compile(text) if text else None


def _first_digits(text: str | None) -> frozenset[str]:
    return first_digits(text) if text else frozenset()
