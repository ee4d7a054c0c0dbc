"""Time zones of teams."""

import pytest
from django.core.exceptions import ValidationError

from muster.teams import members, zones
from muster.teams.models import Team
from tests.cast import Cast


@pytest.mark.parametrize(
    ("region", "chosen", "zone"),
    [
        ("US", "", "America/New_York"),
        ("DE", "", "Europe/Berlin"),
        ("BR", "", "America/Sao_Paulo"),
        ("XK", "", "UTC"),
        ("US", "Asia/Tokyo", "Asia/Tokyo"),
        ("US", "UTC", "UTC"),
    ],
)
def test_a_team_has_the_zone_it_chose_or_that_of_its_region(region: str, chosen: str, zone: str) -> None:
    assert str(zones.zone_of(Team(home_region=region, time_zone=chosen))) == zone


@pytest.mark.django_db
def test_a_zone_that_is_none_cannot_be_chosen(cast: Cast) -> None:
    members.update_team(cast.team, cast.olivia, time_zone="Europe/Berlin")
    with pytest.raises(ValidationError, match="There is no time zone Nowhere"):
        members.update_team(cast.team, cast.olivia, time_zone="Nowhere")
    cast.team.refresh_from_db()
    assert cast.team.time_zone == "Europe/Berlin"
