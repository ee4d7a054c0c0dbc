"""The Contacts page: search, filters, pages, the audience and the downloads."""

import csv
import io
from typing import Any

import pytest
from django.http import HttpResponse

from muster.contacts import edit
from muster.contacts.models import Contact, ContactCounts
from muster.contacts.pages import views
from tests.cast import Cast
from tests.contacts.people import save, values

PAGE = "/t/admissions/contacts/"


def add(cast: Cast, **given: Any) -> Contact:
    number = Contact.objects.count()
    defaults = {
        "first_name": "Ana",
        "last_name": "Ray",
        "contact_id": f"S{number}",
        "mobile_number": f"716555{number:04}",
    }
    return edit.add(cast.team, cast.alice, {**defaults, **given})


def get(cast: Cast, query: str = "", user: Any = None, **headers: Any) -> HttpResponse:
    return cast.browser(user or cast.bob).get(f"{PAGE}{query}", headers=headers)  # type: ignore[return-value]


def names(answer: HttpResponse) -> list[str]:
    return [f"{line.contact.first_name} {line.contact.last_name}" for line in answer.context["lines"]]  # type: ignore[attr-defined]


def lines(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_it_shows_the_newest_first(cast: Cast) -> None:
    for name in ("Ana", "Bea", "Cid"):
        add(cast, first_name=name)

    answer = get(cast)

    assert answer.status_code == 200
    assert names(answer) == ["Cid Ray", "Bea Ray", "Ana Ray"]


def test_it_counts_no_further_than_it_must(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Ana", "Bea", "Cid"):
        add(cast, first_name=name)
    assert b"3 contacts in" in get(cast).content

    ContactCounts.objects.all().delete()  # as before they were kept
    monkeypatch.setattr(views, "MOST_COUNTED", 2)

    assert b"More than 2 contacts in" in get(cast).content


def test_it_teaches_when_there_is_nobody(cast: Cast) -> None:
    assert b"/t/admissions/imports/new/" in get(cast, user=cast.alice).content
    assert b"/t/admissions/imports/new/" not in get(cast, user=cast.bob).content


def test_it_finds(cast: Cast) -> None:
    add(cast, first_name="Zoë")
    add(cast, first_name="Ben")

    assert names(get(cast, "?q=zoe")) == ["Zoë Ray"]
    assert names(get(cast, "?q=nobody")) == []


def test_it_answers_htmx_with_the_hits_alone(cast: Cast) -> None:
    add(cast)

    content = get(cast, "?q=ana", **{"HX-Request": "true"}).content

    assert b"Ana Ray" in content
    assert b"<html" not in content


def test_enter_opens_the_only_hit(cast: Cast) -> None:
    contact = add(cast, first_name="Zoë")
    add(cast)

    assert get(cast, "?q=zoe&enter=1")["Location"] == f"{PAGE}{contact.id}/"
    assert get(cast, "?q=ray&enter=1").status_code == 200
    assert get(cast, "?q=zoe").status_code == 200


def test_it_turns_pages(cast: Cast) -> None:
    save(cast.team, list(values(120)))

    first = get(cast)
    second = get(cast, "?" + first.context["older"])  # type: ignore[attr-defined]
    third = get(cast, "?" + second.context["older"])  # type: ignore[attr-defined]

    ids = [line.contact.id for page in (first, second, third) for line in page.context["lines"]]  # type: ignore[attr-defined]
    assert ids == sorted(Contact.objects.values_list("id", flat=True), reverse=True)
    assert third.context["older"] is None  # type: ignore[attr-defined]


def test_it_says_how_many_a_list_has_in_all(cast: Cast) -> None:
    save(cast.team, list(values(120)))
    all_in_all = f"{Contact.objects.filter(text_out=False).count()} contacts in all"
    page = get(cast, "?text=opted_in&sort=name").content.decode()
    assert "The first 50" in page
    assert f'hx-get="{PAGE}total/?text=opted_in&amp;sort=name"' in page
    assert all_in_all in get(cast, "?text=opted_in&total=yes").content.decode()
    assert all_in_all in get(cast, "total/?text=opted_in").content.decode()
    assert "0 contacts in all" in get(cast, "total/?q=nobody").content.decode()
    assert "in all" not in get(cast, "?q=nobody").content.decode()


def test_it_filters(cast: Cast) -> None:
    add(cast, first_name="Out", text=True)
    add(cast, first_name="Mine", assigned=cast.membership(cast.bob).id)

    assert names(get(cast, "?text=opted_out")) == ["Out Ray"]
    assert names(get(cast, "?assigned=mine")) == ["Mine Ray"]
    assert names(get(cast, "?assigned=none")) == ["Out Ray"]
    assert names(get(cast, "?staff_id=007")) == ["Mine Ray"]
    assert names(get(cast, "?staff_id=nobody")) == []
    assert names(get(cast, "?assigned=mine", user=cast.olivia)) == []


@pytest.mark.parametrize(
    "query",
    ["?text=maybe", "?assigned=x", f"?assigned={10**30}", "?import=x", "?did=x", "?reach=fax", "?before=x",
     "?before=-1", f"?before={10**30}", "?reach=text&send=fax"],
)  # fmt: skip
def test_it_knows_no_other_filters(cast: Cast, query: str) -> None:
    assert get(cast, query).status_code == 404


def test_another_team_does_not_exist(cast: Cast) -> None:
    assert get(cast, user=cast.charlie).status_code == 404
    assert cast.browser().get(PAGE).status_code == 302
    assert cast.browser(cast.bob).post(PAGE).status_code == 405


def test_it_shows_no_contact_of_another_team(cast: Cast) -> None:
    save(cast.other_team, list(values(5)))
    add(cast)

    assert names(get(cast)) == ["Ana Ray"]


def test_it_counts_an_audience_and_who_is_left_out(cast: Cast) -> None:
    bob = cast.membership(cast.bob).id
    add(cast, assigned=bob, whatsapp_number="+44 1753 495000")
    add(cast)
    add(cast, whatsapp=True)
    add(cast, whatsapp_number="+44 1753 495001")

    counts = get(cast, "?reach=whatsapp").context["audience"]  # type: ignore[attr-defined]
    mine = get(cast, "?reach=whatsapp&send=mine").context["audience"]  # type: ignore[attr-defined]
    send_as = get(cast, "?reach=whatsapp&send=assigned", user=cast.alice).context["audience"]  # type: ignore[attr-defined]

    assert (counts.count, counts.excluded) == (2, {"opted_out": 1, "no_number": 1, "unassigned": 0})
    assert (mine.count, mine.excluded) == (1, {"opted_out": 0, "no_number": 0, "unassigned": 0})
    assert (send_as.count, send_as.excluded) == (1, {"opted_out": 1, "no_number": 1, "unassigned": 1})


def test_an_audience_says_why_a_choice_cannot_be_had(cast: Cast) -> None:
    add(cast)

    assert get(cast, "?reach=text&send=mine").context["asked"].unavailable  # type: ignore[attr-defined]
    assert get(cast, "?reach=text&send=mine,assigned", user=cast.alice).context["asked"].unavailable  # type: ignore[attr-defined]
    assert cast.browser(cast.bob).get(f"{PAGE}audience.csv?reach=text&send=mine").status_code == 400
    assert cast.browser(cast.bob).get(f"{PAGE}audience.csv").status_code == 400


def test_sending_as_another_is_for_admins(cast: Cast) -> None:
    add(cast, assigned=cast.membership(cast.bob).id)

    assert get(cast, "?reach=text&send=assigned").status_code == 403
    assert cast.browser(cast.bob).get(f"{PAGE}audience.csv?reach=text&send=assigned").status_code == 403


def test_it_downloads_an_audience(cast: Cast) -> None:
    add(cast, assigned=cast.membership(cast.bob).id, first_name="=A1")
    add(cast, text=True)

    answer = cast.browser(cast.alice).get(f"{PAGE}audience.csv?reach=text&send=assigned")

    assert lines(answer) == [
        ["ContactId", "FirstName", "LastName", "Number", "SendAs"],
        ["S0", "'=A1", "Ray", "+17165550000", "bob@example.edu"],
    ]


def test_it_exports_what_the_list_shows(cast: Cast) -> None:
    add(cast, first_name="Zoë", text=True, staff_id="T01")
    add(cast)
    add(cast, contact_id=None, first_name="Zoë")

    answer = cast.browser(cast.alice).get(f"{PAGE}contacts.csv?q=zoe")

    assert "attachment" in answer["Content-Disposition"]
    assert lines(answer)[1:] == [["S0", "Zoë", "Ray", "+17165550000", "", "yes", "no", "no", "T01"]]


def test_exporting_is_for_admins(cast: Cast) -> None:
    assert cast.browser(cast.bob).get(f"{PAGE}contacts.csv").status_code == 403
    assert cast.browser(cast.charlie).get(f"{PAGE}contacts.csv").status_code == 404
    assert cast.browser(cast.alice).post(f"{PAGE}contacts.csv").status_code == 405
    assert cast.browser(cast.charlie).get(f"{PAGE}audience.csv?reach=text").status_code == 404


def left_out(answer: Any) -> tuple[int, int | None]:
    """How many contacts of the team no export has, and how many of those on the page, if it is the only one."""
    return answer.context["left_out"], answer.context["left_out_here"]


def test_it_says_how_many_are_not_in_the_export(cast: Cast) -> None:
    for number in range(60):
        add(
            cast, last_name="Without" if number % 3 == 0 else "With", contact_id="" if number % 3 == 0 else f"T{number}"
        )

    assert left_out(get(cast, user=cast.alice)) == (20, None)
    assert left_out(get(cast, "?q=without", user=cast.alice)) == (20, 20)
    assert left_out(get(cast, "?q=t5", user=cast.alice)) == (20, 0)
    assert left_out(get(cast, "?q=without")) == (0, 0)
    html = get(cast, "?q=without", user=cast.alice).content.decode()
    assert html.count("20 contacts without a Contact ID are not in the file") == 2
