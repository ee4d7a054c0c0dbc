"""What people fill in to start an import: a file or a paste, and the options."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy

from muster.core import errors
from muster.core.fields import Options
from muster.core.problems import Problem
from muster.core.sentences.language import decimal, ngettext
from muster.core.sentences.language import gettext as _
from muster.settings import settings
from muster.teams.models import Team

BLANK_MOBILE = (("infer", gettext_lazy("Infer Mobile Number")), ("fail", gettext_lazy("Fail Blank Values")))
OPT_BACK_IN = (("file", gettext_lazy("Opt them in")), ("keep", gettext_lazy("Keep their current choice")))
FILE_NAMES = (".csv", ".txt", ".xlsx", ".ods", ".xls", ".xlsb", ".xlsm")
ACCEPTED = ",".join((*FILE_NAMES, "text/csv", "text/plain"))
OTHER_KINDS = {  # by the end of a file's name
    **dict.fromkeys((".numbers", ".pages"), "an Apple Numbers or Pages document"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".heic"), "a picture"),
    **dict.fromkeys((".doc", ".docx"), "a Word document"),
    **dict.fromkeys((".htm", ".html"), "a web page (HTML)"),
    ".pdf": "a PDF", ".rtf": "a word-processor document (RTF)", ".zip": "a zip file",
}  # fmt: skip


class OptionsForm(forms.Form):
    """WhatsApp Contact Handling and Allow Mobile Number Updates."""

    blank_mobile = forms.ChoiceField(label=gettext_lazy("WhatsApp Contact Handling"), choices=BLANK_MOBILE)
    allow_mobile_updates = forms.BooleanField(label=gettext_lazy("Allow Mobile Number Updates"), required=False)

    def chosen(self, **others: Any) -> Options:
        """Return the options as the core wants them; `others` are the ones this form does not ask for."""
        values = self.cleaned_data
        return Options(values["blank_mobile"], values["allow_mobile_updates"], **others)


class StartForm(OptionsForm):
    """What both tabs of New Import have. `key` is made once per page, so that a form sent twice imports once."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def idempotency_key(self, data: bytes) -> str:
        """Return a key that is the same only for the same page, data and options."""
        values = self.cleaned_data
        parts = [
            values["key"],
            values["blank_mobile"],
            str(values["allow_mobile_updates"]),
            hashlib.sha256(data).hexdigest(),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class UploadForm(StartForm):
    """New Import, File Upload."""

    file = forms.FileField(
        label=gettext_lazy("Your file"),
        allow_empty_file=True,
        max_length=255,
        error_messages={"required": gettext_lazy("Choose a .csv or .txt file, or a workbook, first.")},
        widget=forms.FileInput(
            attrs={"accept": ",".join((*FILE_NAMES, "text/csv", "text/plain")), "aria-describedby": "file-hint"}
        ),
    )

    def clean_file(self) -> UploadedFile[Any]:
        """Take text and workbooks by name; the bytes are judged later, whatever the name says."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        name = str(file.name).lower()
        known = next((said for end, said in advice().items() if name.endswith(end)), "")
        if known:
            raise forms.ValidationError(known)
        if not name.endswith(FILE_NAMES):
            said = _(
                "{file} is neither a .csv or .txt file nor a workbook. Save the table as CSV UTF-8, then choose that "
                "file.",
                file=file.name,
            )
            raise forms.ValidationError(said)
        return file


class PasteForm(StartForm):
    """New Import, Copy & Paste."""

    text = forms.CharField(
        label=gettext_lazy("Contact Records"),
        strip=False,
        error_messages={"required": gettext_lazy("Paste your rows first, including the header row.")},
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "autocomplete": "off", "wrap": "off"}),
    )


def advice() -> dict[str, str]:
    """Return what to do about a file that is no table, by the end of its name."""
    problems = {end: Problem("file-not-text", facts={"kind": kind}) for end, kind in OTHER_KINDS.items()}
    return {end: f"{errors.message(each)} {errors.fix(each)}" for end, each in problems.items()}


def first_choice(team: Team) -> dict[str, Any]:
    """Return the options preselected on a new import: the team's last choice, and Fail before the first."""
    return {"blank_mobile": team.blank_mobile or "fail", "allow_mobile_updates": False}


def limits() -> dict[str, Any]:
    """Return the limits that New Import tells people."""
    most = settings().max_file_bytes
    told = {"max_rows": settings().max_paste_rows, "max_bytes": most, "max_size": size_text(most)}
    return {**told, "advice": json.dumps(advice())}


def size_text(count: int) -> str:
    """Return a number of bytes as people say it: 812 bytes, 4.2 KB, 5 MB."""
    if count < 1024:
        return ngettext("{count:,} byte", "{count:,} bytes", count)
    if count < 1024 * 1024:
        return _("{size} KB", size=decimal(count / 1024))
    return _("{size} MB", size=decimal(count / (1024 * 1024)))
