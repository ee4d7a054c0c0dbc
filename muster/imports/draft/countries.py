"""Which countries "Add the missing +" would make numbers of: nobody is moved to another country unseen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from muster.contacts.models import Contact
from muster.core import fixes, phones
from muster.core.fields import position
from muster.core.replan import Reading
from muster.core.sentences.language import Words, gettext_noop
from muster.teams.regions import regions

CHOSEN = "countries"  # an input that says that the boxes were shown
COUNTRY = "country:"  # the prefix of a box: "country:GB"
NO_COUNTRY = "001"
_NUMBERS = tuple(map(position, ("MobileNumber", "WhatsAppMobileNumber")))
_LOOKED_AT = 2_000  # stored numbers with a calling code that countries share
_NAMES = Words({NO_COUNTRY: gettext_noop("No country: services of the whole world")})


class Country(NamedTuple):
    """A country whose numbers the fix would make: how many, the first as an example, and whether its box is ticked."""

    region: str
    words: str
    cells: int
    example: fixes.Change
    is_ticked: bool

    @property
    def name(self) -> str:
        """The name of its box."""
        return COUNTRY + self.region


def countries_of(
    team: int, reading: Reading, changes: Iterable[fixes.Change], query: Mapping[str, str]
) -> list[Country]:
    """Return the countries of numbers that a fix would write with their +, the most frequent first.

    Ticked is what the person ticked; before that, the home region and what the file or the team has numbers of.
    """
    made: dict[str, list[fixes.Change]] = defaultdict(list)
    for each in changes:
        made[fixes.region_of(each.after)].append(each)
    ticked = (
        {region for region in made if COUNTRY + region in query} if CHOSEN in query else _known(team, reading, made)
    )
    words = {**dict(regions()), **_NAMES}
    most_first = sorted(made.items(), key=lambda pair: -len(pair[1]))
    return [
        Country(region, words.get(region, region), len(each), each[0], region in ticked) for region, each in most_first
    ]


def _known(team: int, reading: Reading, wanted: Mapping[str, Sequence[fixes.Change]]) -> set[str]:
    """Return those of the regions that are the team's home, or that the file or the team has good numbers of."""
    known = {reading.schema.home_region} & wanted.keys()
    known |= _of(_in_file(reading), wanted.keys() - known)
    return known | {region for region in wanted.keys() - known if _is_in_team(team, wanted[region][0].after, region)}


def _of(numbers: Iterable[str], wanted: Iterable[str]) -> set[str]:
    left, found = set(wanted), set[str]()
    for number in numbers:
        if not left:
            break
        region = phones.region_of(number) or NO_COUNTRY
        if region in left:
            left.remove(region)
            found.add(region)
    return found


def _in_file(reading: Reading) -> Iterator[str]:
    for record in reading.checked.records:
        yield from (value for place in _NUMBERS if isinstance(value := record.values[place], str))


def _is_in_team(team: int, shown: str, region: str) -> bool:
    """Whether the team has a number of this region; `shown` is one, as people read it."""
    begin = shown.split(" ", 1)[0]
    end = begin[:-1] + chr(ord(begin[-1]) + 1)
    for column in ("mobile_number", "whatsapp_number"):
        within = {f"{column}__gte": begin, f"{column}__lt": end}
        stored = Contact.objects.filter(team=team, **within).values_list(column, flat=True)
        if _of(filter(None, islice(stored.iterator(), _LOOKED_AT)), {region}):
            return True
    return False
