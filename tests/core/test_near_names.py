# ruff: noqa: E501  lists to read
"""What real files call their columns, and which field each is near to, or none (T14)."""

from __future__ import annotations

import pytest

from muster.core.fields import Kind, Schema, custom_field
from muster.core.table.near_names import is_risky, near_field

SCHEMA = Schema(custom=(custom_field("Major", "custom.1"), custom_field("Notes", "custom.2", Kind.TEXT)))

REAL = """
ContactId: contact_id | Contact ID | CONTACTID | Student ID | StudentID | student id | STUDENT_ID | Student Number | student no.
ContactId: ID | Id # | Banner ID | BannerID | Colleague ID | EMPLID | Empl ID | SID | Person ID | External ID | Record ID
ContactId: Customer ID | CRM ID | Lead ID | Prospect ID | Matrícula | Matrikelnummer | Numéro étudiant | Código de estudiante
FirstName: First Name | first_name | FIRSTNAME | First | FName | Given Name | Forename | Legal First Name | Preferred First Name
FirstName: Student First Name | Nombre | Prénom | Vorname | Primeiro nome | Fist Name | Frist Name | First Nme | First Names
LastName: Last Name | last_name | LASTNAME | Last | LName | Surname | Family Name | Legal Last Name | Apellido | Apellidos
LastName: Nachname | Nom de famille | Sobrenome | Lst Name | Last Nam | Student Last Name
MobileNumber: Mobile | Mobile Number | mobile_number | Mobile # | Mobile No. | Mobile Phone | Cell | Cell Phone | CellPhone
MobileNumber: Cell Phone Number | Cellular | Phone | Phone Number | PHONE_NUMBER | Telephone | Tel. | Contact Number | SMS Number
MobileNumber: Student Mobile | Primary Phone | Preferred Phone | Celular | Teléfono | Telefone | Móvil | Handy | Mobiltelefon
MobileNumber: Telefonnummer | Portable | Numéro de téléphone | Número de celular | MSISDN | Personal Cell
WhatsAppMobileNumber: WhatsApp | WhatsApp Number | Whatsapp number | WHATSAPP_NUMBER | WhatsApp # | WhatsApp No. | WhatsApp Phone
WhatsAppMobileNumber: WhatsApp Mobile Number | Whats App Number | WA Number | WA | Número WhatsApp | Número de WhatsApp
WhatsAppMobileNumber: WhatsApp Mobile | WhatsApp Contact Number | Whatsapp mobile no.
StaffId: Staff ID | staff_id | Staff | Staff Number | Advisor ID | Counselor ID | Assigned To | Assigned User | Recruiter ID
OptedOut: Opted Out | opted_out | Opt Out | Opt-Out | OptOut | OPT_OUT | Text Opt Out | SMS Opt Out | SMS Opt-Out | Opted Out of Text
OptedOut: Opted out of SMS | Unsubscribed | Unsubscribe | Is Unsubscribed | Do Not Text | DO_NOT_TEXT | No SMS | SMS Unsubscribed
OptedOut: Text Message Opt Out | sms_opted_out | Opt Out (SMS) | Is Opted Out | Not Opted In
!OptedOut: Opt In | Opt-In | opted_in | Opted In | OptIn | SMS Opt In | SMS Opt-In | Text Opt In | Subscribed | Is Subscribed
!OptedOut: Subscriber | Resubscribed | Not Opted Out | SMS Consent | Text Consent | Consent to Text | OK to Text | May We Text You?
!OptedOut: Can Text | Receive SMS | Accepts SMS | Accepts SMS Marketing | SMS Subscribed | Opted In to Text | Text Messaging Consent
!OptedOut: SMS Permission | Texting Opt In
WhatsAppOptedOut: WhatsApp Opted Out | WhatsApp Opt Out | WhatsApp Opt-Out | whatsapp_opt_out | WhatsAppOptOut | Opt Out WhatsApp
WhatsAppOptedOut: Opted Out of WhatsApp | WA Opt Out | No WhatsApp | WhatsApp Unsubscribed | WhatsApp Blocked | Whats App Opt Out
!WhatsAppOptedOut: WhatsApp Opt-In | WhatsApp Opt In | WhatsAppOptedIn | whatsapp_opt_in | WhatsApp Opted In | WhatsApp Consent
!WhatsAppOptedOut: WhatsApp Subscribed | Opt In WhatsApp | Consent to WhatsApp | OK to WhatsApp | WA Opt In | WhatsApp Allowed
!WhatsAppOptedOut: WhatsApp Permission | Opted in to WhatsApp
WhatsAppMarketingOptedOut: WhatsApp Marketing Opted Out | WhatsApp Marketing Opt Out | whatsapp_marketing_opt_out | Opt Out WhatsApp Marketing
!WhatsAppMarketingOptedOut: WhatsApp Marketing Opt In | WhatsApp Marketing Consent | WhatsApp Marketing Opted In
!WhatsAppMarketingOptedOut: Accepts WhatsApp Marketing
Major: major | MAJOR | Majors
Notes: notes | Note | Notess
-: Student Name | Contact Date | WhatsApp Name | Home Telephone | Fax Opt Out | Home Phone | Home Phone Number | Work Phone | Fax
-: Business Phone | Office Phone | Parent Phone | Guardian Mobile | Emergency Contact | Emergency Contact Number | Emergency Phone
-: Father's Name | Mother's Name | Full Name | Name | Display Name | Middle Name | Nickname | Preferred Name | Maiden Name
-: Company Name | Account Name | School Name | Country Name | Course Name | First Contact | Last Contact | Last Contact Date
-: First Name Kana | Last Login | Last Modified | Last Activity | First Term | First Choice | Last School Attended
-: Email | Email Address | E-mail | Email Opt Out | Email Opt In | Email Consent | Do Not Email | Do Not Call | Do Not Mail | Mail Opt In
-: Call Opt Out | Do Not Contact | Marketing Opt Out | Marketing Consent | Newsletter | Newsletter Subscribed | Consent | Privacy Consent
-: GDPR Consent | Photo Consent | Opt Out Date | Opted Out At | Opt-In Date | Opt-In Source | WhatsApp Opt-In Date | Opt Out Reason
-: Unsubscribed At | Subscription | Subscription Date | Subscription ID | Stop Date | Consent Date | WhatsApp Opt Out Reason
-: Phone Type | Phone Country | Phone Extension | Phone Verified | Mobile Carrier | Mobile Provider | Mobile Country Code | Country Code
-: WhatsApp Status | WhatsApp Group | WhatsApp Link | WhatsApp Verified | Number | Number of Credits | Phone 2 | Mobile 2
-: Order Number | Room Number | House Number | Passport Number | Tax Number | Account Number | Class ID | Course ID | Term ID | Order ID
-: Parent ID | Department ID | Program ID | Created Date | Birth Date | DOB | Gender | Age | Address | City | State | Zip | Country
-: GPA | Term | Program | Status | Tags | Created At | Updated At | Advisor | Advisor Name | Staff Name | Staff Email | Owner | Counselor
-: Student Type | Student Status | Contact Type | Contact Owner | Contact Email | Contact Name | Shoe size | Whatsapp Mobile Numbr
-: Mobile Numbre | StudentIdd | Optd Out | Opt Owt | Staf Id | Idx | Ids | Row | Problem | ???
"""
CASES = [
    (header.strip(), None if field == "-" else field)
    for line in REAL.strip().splitlines()
    for field, _, headers in [line.partition(":")]
    for header in headers.split("|")
]


def test_there_are_enough_of_them() -> None:
    assert len({header for header, _ in CASES}) == len(CASES) >= 200


@pytest.mark.parametrize(("header", "field"), CASES)
def test_a_header_is_near_to_what_it_means(header: str, field: str | None) -> None:
    assert near_field(header, SCHEMA) == field


@pytest.mark.parametrize("header", [header for header, field in CASES if field and field.startswith("!")])
def test_a_column_that_says_in_is_never_offered_as_one_that_says_out(header: str) -> None:
    near = near_field(header, SCHEMA)

    assert near is not None
    assert near.startswith("!")


@pytest.mark.parametrize(
    ("answer", "risky"),
    [("ContactId", True), ("StaffId", True), ("OptedOut", True), ("!WhatsAppOptedOut", True), ("LastName", False)],
)
def test_consent_and_ids_are_answered_one_by_one(answer: str, risky: bool) -> None:
    assert is_risky(answer, SCHEMA) == risky
