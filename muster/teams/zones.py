"""Time zones of teams: what a team chose, or else that of most people in its home region."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from muster.teams.models import Team

UTC = "UTC"
# Where the time zone data does not say in which zone most people of a region live.
_MOST_PEOPLE = {"BR": "America/Sao_Paulo", "CA": "America/Toronto", "MX": "America/Mexico_City", "RU": "Europe/Moscow"}


@lru_cache
def zones() -> list[str]:
    """Return the names of all zones that people live in, and UTC, by name."""
    return [UTC, *sorted({zone for each in _by_region().values() for zone in each})]


def zone_of(team: Team) -> ZoneInfo:
    """Return the zone in which a team's times are told where nobody's own is known: in mails."""
    return ZoneInfo(team.time_zone or likely_zone(team.home_region))


def likely_zone(region: str) -> str:
    """Return the zone of most of a region, as far as the time zone data says; UTC for one without any."""
    return _MOST_PEOPLE.get(region) or next(iter(_by_region().get(region, [])), UTC)


@lru_cache
def _by_region() -> dict[str, list[str]]:
    """Return the zones of every region, that of most of it first: its comment says so, or else it is the first."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    found: dict[str, list[str]] = {}
    for region, _, zone, *_ in sorted(lines, key=lambda line: "most" not in "".join(line[3:])):
        found.setdefault(region, []).append(zone)
    return found
