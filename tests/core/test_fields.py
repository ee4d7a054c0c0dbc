"""Fields, templates and options."""

from __future__ import annotations

from muster.core import Options, Schema, custom_field, parse
from muster.core.fields import options_from_json, options_to_json, reserved_name, template_headers

SCHEMA = Schema((custom_field("Term", "custom.1", required=True), custom_field("Major", "custom.2")))
REQUIRED = ["ContactId", "FirstName", "LastName", "MobileNumber", "WhatsAppMobileNumber"]


def test_the_two_templates_have_the_columns_of_the_specification() -> None:
    optional = ["OptedOut", "WhatsAppOptedOut", "WhatsAppMarketingOptedOut", "StaffId"]

    assert template_headers(SCHEMA, only_required=True) == [*REQUIRED, "Term"]
    assert template_headers(SCHEMA, only_required=False) == [*REQUIRED, *optional, "Term", "Major"]


def test_a_template_imports_as_it_stands_once_a_row_is_filled_in() -> None:
    text = "\ufeff" + ",".join(template_headers(SCHEMA, only_required=True)) + "\r\nS1,A,B,1,,Fall\r\n"

    assert parse(text.encode(), SCHEMA).header == (*REQUIRED, "Term")


def test_a_custom_field_may_not_have_the_name_of_a_system_field_or_of_a_column_we_add() -> None:
    assert all(map(reserved_name, ["studentid", "StudentId/ContactId", "OPTEDOUT", "Row", "how to fix"]))
    assert not reserved_name("Major")


def test_options_come_back_from_json_as_they_were() -> None:
    options = Options(blank_mobile="infer", columns={"Shoe size": None}, date_orders={"Applied": "dmy"})

    assert options_from_json(options_to_json(options)) == options
    assert options_from_json({"of_another_time": 1}) == Options()
