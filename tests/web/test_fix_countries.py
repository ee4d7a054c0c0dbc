"""Adding the missing +: which countries the numbers would be of is seen, and chosen, before anything changes."""

import pytest

from muster.imports.models import Edit, Import
from tests.cast import Cast
from tests.imports.play import drafted, imported, sheet
from tests.web.drafts import address, cell

pytestmark = pytest.mark.django_db(databases="__all__")

CAUSE = {"fix": "add-plus", "show": "problems", "code": "phone-no-plus", "field": "WhatsAppMobileNumber"}
BRITISH, ITALIAN = "441753495000", "393471234567"


def a_draft(cast: Cast, *more: str) -> Import:
    rows = [f"S1,Ana,Ruiz,716-555-1234,{BRITISH}", f"S2,Bo,Kay,716-555-2345,{ITALIAN}"]
    return drafted(cast.team, cast.alice, sheet(*rows, *more))


def boxes(cast: Cast, imp: Import, **chosen: str) -> dict[str, tuple[int, bool]]:
    found = cast.browser(cast.alice).get(address(imp, "fix/"), CAUSE | chosen).context["proposal"].countries
    return {each.region: (each.cells, each.is_ticked) for each in found}


def test_no_country_is_ticked_that_nobody_has_a_number_of(cast: Cast) -> None:
    imp = a_draft(cast)
    page = cast.browser(cast.alice).get(address(imp, "fix/"), CAUSE)

    assert boxes(cast, imp) == {"GB": (1, False), "IT": (1, False)}
    assert page.context["proposal"].count == 0
    assert "Tick the countries whose numbers these are." in page.content.decode()
    cast.browser(cast.alice).post(address(imp, "fix/"), CAUSE)
    assert not Edit.objects.exists()


def test_a_country_that_good_numbers_of_the_file_belong_to_is_ticked(cast: Cast) -> None:
    assert boxes(cast, a_draft(cast, "S3,Cy,Li,716-555-3456,+44 1753 495002")) == {"GB": (1, True), "IT": (1, False)}


@pytest.mark.parametrize("numbers", ["+39 347 123 4000,", "716-555-9999,+39 347 123 4000"])
def test_a_country_that_the_team_has_numbers_of_is_ticked(cast: Cast, numbers: str) -> None:
    imported(cast.team, cast.alice, sheet(f"X,Zoe,Moe,{numbers}"))

    assert boxes(cast, a_draft(cast)) == {"GB": (1, False), "IT": (1, True)}


def test_another_teams_numbers_tick_nothing(cast: Cast) -> None:
    imported(cast.other_team, cast.charlie, sheet("X,Zoe,Moe,+39 347 123 4000,"))

    assert boxes(cast, a_draft(cast))["IT"] == (1, False)


def test_a_neighbour_with_the_same_calling_code_ticks_nothing(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet("X,Zoe,Moe,+44 1534 495000,"))  # of Jersey

    assert boxes(cast, a_draft(cast))["GB"] == (1, False)


def test_only_numbers_of_ticked_countries_change(cast: Cast) -> None:
    imp, chosen = a_draft(cast), {"countries": "chosen", "country:IT": "on"}

    assert boxes(cast, imp, **chosen) == {"GB": (1, False), "IT": (1, True)}
    cast.browser(cast.alice).post(address(imp, "fix/"), CAUSE | chosen)
    assert (cell(imp, 2, "WhatsAppMobileNumber"), cell(imp, 3, "WhatsAppMobileNumber")) == (
        BRITISH,
        "+39 347 123 4567",
    )


def test_a_country_that_was_ticked_can_be_unticked(cast: Cast) -> None:
    imp = a_draft(cast, "S3,Cy,Li,716-555-3456,+44 1753 495002")

    assert boxes(cast, imp, countries="chosen") == {"GB": (1, False), "IT": (1, False)}


def test_a_number_of_the_home_region_in_two_readings_is_shown_in_both(cast: Cast) -> None:
    cast.team.home_region = "DE"
    cast.team.save()
    imp = drafted(cast.team, cast.alice, sheet("S1,Ana,Ruiz,+49 177 7654321,491771234567"))
    [row] = cast.browser(cast.alice).get(address(imp)).context["rows"]
    [message] = row.messages

    assert ("+49 177 1234567" in message.text, "+49 491 771234567" in message.text) == (True, True)
    assert boxes(cast, imp) == {"DE": (1, True)}


def test_the_grid_asks_for_the_same_countries(cast: Cast) -> None:
    imp, client = a_draft(cast, "S3,Cy,Li,716-555-3456,+44 1753 495002"), cast.browser(cast.alice)
    asked = {"op": "fix", "fix": "add-plus", "filter": {key: CAUSE[key] for key in ("show", "code", "field")}}

    def op(**more: object) -> dict[str, object]:
        answer = client.post(address(imp, "grid/ops"), {**asked, **more}, content_type="application/json")
        found: dict[str, object] = answer.json()
        return found

    shown = op(preview=True, inputs=True)
    assert (shown["cells"], shown["countries"]) == (
        1,
        [
            ["country:GB", "United Kingdom, +44", 1, True, BRITISH, "+44 1753 495000"],
            ["country:IT", "Italy, +39", 1, False, ITALIAN, "+39 347 123 4567"],
        ],
    )
    op(typed={"countries": "chosen", "country:IT": "on"})
    assert cell(imp, 3, "WhatsAppMobileNumber") == "+39 347 123 4567"
    assert cell(imp, 2, "WhatsAppMobileNumber") == BRITISH
