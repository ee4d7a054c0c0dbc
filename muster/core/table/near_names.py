"""What people call the fields in their files: which field an unknown header is near to, if it is near to any (T14).

A header is read whole, without case, accents, spaces and punctuation: "Home Telephone", "Student Name" and
"Fax Opt Out" are near to nothing. Only names of people and a team's own fields are also found with a letter wrong; ids,
numbers and consent never are. A column that says opted in is near to an opt-out field reversed: "!WhatsAppOptedOut".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache

from muster.core.fields import REVERSED, Kind, Schema

_CLOSE = 0.85  # of the letters
_LETTERS_APART = 1
_PEOPLE = {"FirstName", "LastName"}

_NAMES = {
    "ContactId": """
        id / contact no / contact identifier / external id / external contact id / person id
        people id / banner id / colleague id / peoplesoft id / emplid / empl id / student number / student no
        student id number / student identifier / sid / learner id / applicant id / prospect id / record id / unique id
        customer id / client id / crm id / lead id / member id / university id / campus id
        matricula / numero de matricula / id del estudiante / id estudiante / id de contacto / codigo de estudiante
        ra / registro academico / id do aluno / id do contato / numero etudiant / identifiant / identifiant contact
        matrikelnummer / matrikel nr / kontakt id / kontaktnummer / kundennummer
    """,
    "FirstName": """
        first / fname / f name / forename / forenames / given name / given names / student first name
        contact first name / legal first name / preferred first name / christian name
        nombre / nombres / primer nombre / nome / primeiro nome / prenom / prenoms / vorname / rufname
    """,
    "LastName": """
        last / lname / l name / surname / surnames / family name / family names / student last name / contact last name
        legal last name / apellido / apellidos / primer apellido / sobrenome / ultimo nome
        nom de famille / nachname / familienname / zuname
    """,
    "MobileNumber": """
        mobile / mobile no / mobile nr / mobile phone / mobile phone number / mobile telephone / mobile tel / cell
        cell no / cell number / cell phone / cell phone number / cellphone / cellphone number / cellular
        cellular number / cellular phone / phone / phone no / phone number / telephone / telephone number / tel / tel no
        sms / sms number / sms phone / text number / texting number / contact number / contact phone
        student mobile / student mobile number / student cell / student cell phone / primary phone / primary mobile
        preferred phone / preferred mobile / personal mobile / personal cell / mobile 1 / phone 1 / handphone
        handphone number / hp no / msisdn / e164 / movil / numero movil / telefono movil / celular / numero celular
        numero de celular / telefono celular / telefono / numero de telefono / telemovel / telefone / telefone celular
        portable / numero portable / telephone portable / telephone mobile / numero de telephone / handy / handynummer
        mobil / mobilnummer / mobiltelefon / mobilfunknummer / rufnummer / telefonnummer / telefon
    """,
    "WhatsAppMobileNumber": """
        whatsapp / whatsapp no / whatsapp nr / whatsapp number / whatsapp phone / whatsapp phone number
        whatsapp mobile / whatsapp cell / whatsapp contact / whatsapp contact number / whatsapp tel
        whatsapp telephone / whatsapp id / whatsapp mobile no / wa / wa number / wa no / wa phone / wa id / wa mobile
        mobile whatsapp / phone whatsapp / number whatsapp / whats app / whats app number / whats app mobile number
        numero whatsapp / numero de whatsapp / celular whatsapp / telefono whatsapp / telefone whatsapp
        whatsapp nummer / whatsapp nr
    """,
    "StaffId": """
        staff / staff no / staff number / staff member / staff member id / advisor id / adviser id / counselor id
        counsellor id / recruiter id / owner id / case manager id / agent id
        assigned to / assigned user / assigned user id / assigned staff / assigned staff id / assigned counselor id
        assigned advisor id
    """,
}  # fmt: skip

_TEXT = ("", "sms", "text", "texts", "texting", "text message", "text messages", "text messaging", "messaging")
_WHATSAPP = ("whatsapp", "whats app", "wa")
_MARKETING = tuple(f"{each} marketing" for each in _WHATSAPP) + tuple(f"marketing {each}" for each in _WHATSAPP)
_CHANNELS = {"OptedOut": _TEXT, "WhatsAppOptedOut": _WHATSAPP, "WhatsAppMarketingOptedOut": _MARKETING}
_SAYS_OUT = """
    opt out / opted out / optout / optedout / opts out / is opted out / has opted out / opt out flag / opt out status
    opted out flag / opted out status / unsubscribe / unsubscribed / is unsubscribed / unsubscriber / not subscribed
    not opted in / stop / stopped / blocked / declined / refused / no consent / revoked
"""
_SAYS_IN = """
    opt in / opted in / optin / optedin / opts in / is opted in / has opted in / opt in flag / opt in status
    opted in flag / opted in status / subscribe / subscribed / is subscribed / subscriber / resubscribed
    not unsubscribed / not opted out / allowed / accepted / agreed / permitted / permission / consent / consented
    consent given / has consented / ok / okay
"""
_NEEDS_CHANNEL = """
    stop / stopped / blocked / declined / refused / no consent / revoked / allowed / accepted / agreed / permitted
    permission / consent / consented / consent given / has consented / ok / okay / not subscribed
"""  # alone these may be about anything
_OUT_ALSO = {
    "OptedOut": "do not text / dont text / do not sms / no texts / no sms / no text messages / do not send texts",
    "WhatsAppOptedOut": "do not whatsapp / no whatsapp / no whatsapp messages",
    "WhatsAppMarketingOptedOut": "no whatsapp marketing",
}
_IN_ALSO = {
    "OptedOut": """
        ok to text / okay to text / can text / may text / may we text / may we text you / can we text you
        consent to text / consent to texts / consents to text / permission to text / agrees to texts / agree to text
        receive texts / receive sms / receive text messages / wants texts / accepts sms / accepts texts
        accepts sms marketing / send texts / send sms / text me / sms ok
    """,
    "WhatsAppOptedOut": """
        ok to whatsapp / can whatsapp / may whatsapp / may we whatsapp you / consent to whatsapp
        permission to whatsapp / receive whatsapp / receive whatsapp messages / accepts whatsapp
    """,
    "WhatsAppMarketingOptedOut": """
        accepts whatsapp marketing / consent to whatsapp marketing / receive whatsapp marketing
    """,
}


def near_field(header: str, schema: Schema) -> str | None:
    """Return the field that a person may have meant by an unknown header, as an answer: "!…" for a reversed one."""
    said = squeezed(header)
    own = {squeezed(name): field.name for name, field in schema.by_header.items()}
    found = own.get(said) or _words().get(said)
    return found or _misspelt(said, {name: its for name, its in own.items() if _may_be_misspelt(its, schema)})


def is_risky(answer: str, schema: Schema) -> bool:
    """Whether an answer is about consent or an id: one that a person gives by itself, never with others at once."""
    field = schema.by_name.get(answer.removeprefix(REVERSED))
    return field is not None and (field.kind in (Kind.OPT_OUT, Kind.STAFF) or field.key == "contact_id")


def _may_be_misspelt(name: str, schema: Schema) -> bool:
    return name in _PEOPLE or schema.by_name[name] in schema.custom


def _misspelt(said: str, names: dict[str, str]) -> str | None:
    """Find a name with a letter or two wrong; other digits are another name."""
    near = {
        name: its
        for name, its in names.items()
        if abs(len(name) - len(said)) <= _LETTERS_APART and _digits(name) == _digits(said)
    }
    close = get_close_matches(said, near, n=1, cutoff=_CLOSE)
    return near[close[0]] if close and said not in _words() else None


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdecimal())


@cache
def _words() -> dict[str, str]:
    """Every name of the list, squeezed, with the answer it is near to."""
    words = {squeezed(each): field for field, text in _NAMES.items() for each in _listed(text)}
    for field, channels in _CHANNELS.items():
        for sign, says, also in (("", _SAYS_OUT, _OUT_ALSO), (REVERSED, _SAYS_IN, _IN_ALSO)):
            words |= {squeezed(each): sign + field for each in (*_said(says, channels), *_listed(also[field]))}
    return words


def _said(says: str, channels: Iterable[str]) -> Iterator[str]:
    """Put each saying before and after each channel: "WhatsApp opt in", "opted in to WhatsApp"."""
    alone = set(_listed(says)) - set(_listed(_NEEDS_CHANNEL))
    for channel in channels:
        if not channel:
            yield from alone
            continue
        for each in _listed(says):
            yield from (f"{channel} {each}", f"{each} {channel}")
            yield from (f"{each} {between} {channel}" for between in ("to", "of", "from", "for", "by", "via"))


def squeezed(header: str) -> str:
    """Return a header as it is compared: "WhatsApp Opt-In?" → "whatsappoptin"."""
    plain = unicodedata.normalize("NFKD", header)
    return "".join(char for char in plain if char.isalnum()).casefold()


def _listed(text: str) -> Iterator[str]:
    return (each.strip() for line in text.strip().splitlines() for each in line.split("/") if each.strip())
