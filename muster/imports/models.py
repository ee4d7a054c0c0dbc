"""An import: its bytes, options, edits, state and outcome. No behaviour beyond its state."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from muster.core.problems import LEFT_OUT
from muster.core.sentences import failures, steps
from muster.core.sentences.language import gettext as _
from muster.settings import settings
from muster.teams.models import Team, User


class State(models.TextChoices):
    """Where an import stands. Moves are conditional updates: see `Import.move`."""

    CHECKING = "checking", gettext_lazy("Checking")
    READY = "ready", gettext_lazy("Draft")
    REFUSED = "refused", gettext_lazy("Refused")
    WAITING = "waiting", gettext_lazy("Waiting")
    IMPORTING = "importing", gettext_lazy("Importing")
    DONE = "done", gettext_lazy("Done")
    FAILED = "failed", gettext_lazy("Failed")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")
    UNDONE = "undone", gettext_lazy("Undone")


# What no answer can make a table is no draft: the page it led to has said so, and no list speaks of it again.
_NO_TABLE = ("file-empty", "file-not-text", "file-protected", "file-damaged", "file-expands-too-much")
UNREADABLE = models.Q(state=State.REFUSED, summary__problem_counts__has_any_keys=_NO_TABLE)
MAY_APPLY_OPT_OUTS = (State.READY, State.DONE)


class Import(models.Model):
    """One import of one team, or the undoing of one (`undoes`).

    The table is the queue; the bytes, options and edits are the truth, the plan is derived.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="imports")
    method = models.CharField(max_length=4)  # file, text, api, undo
    filename = models.CharField(max_length=255, blank=True)
    title = models.CharField(max_length=100, blank=True)  # what people call it; pasted rows are called by their range
    note = models.CharField(max_length=500, blank=True)
    size = models.BigIntegerField(default=0)  # bytes of the original
    is_large = models.BooleanField(default=False)  # by rows or cells: the worker looks at it, and no page waits for it
    state = models.CharField(max_length=10, choices=State, default=State.CHECKING)
    confirmed = models.BooleanField(default=False)  # go on to "waiting" by itself once checked
    options = models.JSONField(default=dict)  # core.fields.Options as JSON
    revision = models.PositiveIntegerField(default=0)  # grows with every change of options, answers or edits
    looked = models.IntegerField(default=-1)  # the revision that the summary below is of; edits keep only the counts
    looked_version = models.BigIntegerField(default=-1)  # the version of the team that it is of
    previewed = models.JSONField(default=dict)  # the counts that were confirmed
    differs = models.JSONField(default=dict)  # where the result is not what was confirmed: {count: [confirmed, now]}
    seconds = models.JSONField(default=dict)  # what each phase took
    failure = models.CharField(max_length=200, blank=True)  # what went wrong on our side, for a person to read
    first_change = models.BigIntegerField(null=True)  # Change.id of the first row; the others follow by position
    undoes = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="undone_by")

    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    original_removed_at = models.DateTimeField(null=True)
    idempotency_key = models.CharField(max_length=255, null=True)  # noqa: DJ001  null is "none", and may repeat
    idempotency_payload = models.CharField(max_length=64, blank=True)  # a hash of what was sent with the key
    recipe = models.CharField(max_length=100, blank=True)  # the name of the one that was applied
    offered = models.BigIntegerField(null=True)  # Recipe.id of the one for a file like this

    worker = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)  # grows with every claim; a finished import must still hold its own
    attempts = models.PositiveIntegerField(default=0)
    lost = models.PositiveIntegerField(default=0)  # claims whose worker was heard of no more: ended, or killed

    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    summary = models.JSONField(
        default=dict
    )  # core.outcome.Outcome as JSON: problem and note counts, causes, what differed

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("team",), condition=models.Q(state="importing"), name="one_importing_per_team"
            ),
            models.UniqueConstraint(fields=("team", "created_by", "idempotency_key"), name="idempotent_import"),
            models.UniqueConstraint(
                fields=("undoes",), condition=~models.Q(state__in=("failed", "cancelled")), name="undone_once"
            ),
        )
        indexes = (
            models.Index(fields=("team", "-created_at"), name="import_history"),
            models.Index(fields=("state", "confirmed_at"), name="import_queue"),
        )

    drift = 0  # how much later the team's version is, where a summary made since comes to something else

    def __str__(self) -> str:
        return self.name

    @property
    def why(self) -> str:
        """What went wrong on our side, in the language of whoever reads it."""
        return failures.retold(self.failure)

    @property
    def name(self) -> str:
        """What it is called: as somebody named it, its file, pasted rows, or the undoing of another."""
        if self.undoes:
            return _("Undo of {name}", name=self.undoes.name)
        return self.title or self.filename or _("Pasted rows")

    @property
    def by(self) -> User | None:
        """Who imported: whoever confirmed it, else whoever brought the file."""
        return self.confirmed_by or self.created_by

    @property
    def opt_outs_left_out(self) -> int:
        """How many opt-outs of left-out rows wait to be applied."""
        if self.state not in MAY_APPLY_OPT_OUTS:
            return 0
        noted = int(self.summary.get("note_counts", {}).get(LEFT_OUT, 0))
        return max(0, noted - int(self.summary.get("opt_outs_applied", 0)))

    @property
    def is_small(self) -> bool:
        """Whether it is looked at while somebody waits; a larger one goes to the worker, which keeps what it saw."""
        return self.size <= settings().max_file_bytes and not self.is_large

    def move(self, *states: State, to: State, revision: int | None = None, **values: Any) -> bool:
        """Move from one of `states`, and from a revision if one is given, in one conditional update.

        False: somebody was first, nothing changed.
        """
        here = Import.objects.filter(pk=self.pk, state__in=states)
        moved = (here if revision is None else here.filter(revision=revision)).update(state=to, **values)
        if moved:
            self.refresh_from_db()
        return bool(moved)

    def refresh(self) -> None:
        """Read its own columns anew, without its summary, which is long."""
        own = [each.name for each in self._meta.concrete_fields if not each.is_relation and each.name != "summary"]
        self.refresh_from_db(fields=own)


class Content(models.Model):
    """The heavy parts of an import, kept apart so that lists and the queue stay light."""

    class Part(models.TextChoices):
        """What the bytes are."""

        ORIGINAL = "original", "The file as uploaded or pasted"
        ROWS = "rows", "The outcome, row by row: zlib-compressed JSON lines"
        SEEN = "seen", "What a worker saw of a large draft: zlib-compressed JSON, an index and windows of rows"

    id = models.BigAutoField(primary_key=True)
    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="contents")
    part = models.CharField(max_length=8, choices=Part)
    number = models.PositiveIntegerField(default=0)  # long bytes are kept in pieces: 0, 1, 2 ...
    data = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("of", "part", "number"), name="content_once"),)

    def __str__(self) -> str:
        return f"{self.part} of {self.of_id}"


class Edit(models.Model):
    """One step of editing a draft, undone and redone as a whole. `cells`: [[row, header, before, after], ...];
    a row left out is [row, null, false, true]."""

    id = models.BigAutoField(primary_key=True)
    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="edits")
    number = models.PositiveIntegerField()  # 1, 2, 3 ... within the import
    label = models.CharField(max_length=200, blank=True)  # of a step without a code: made by an earlier release
    step = models.JSONField(default=dict)  # what it is called, as a code and facts: `core.sentences.steps`
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    cells = models.JSONField()
    size = models.PositiveIntegerField(default=0)  # characters, before and after
    repeat = models.JSONField(default=dict)  # the fix, as a recipe keeps it: `imports.recipes`
    undone = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("of", "number"), name="edit_once"),)

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """What it is called, in the language of whoever reads it."""
        return steps.in_words(self.step) if self.step else self.label


class Recipe(models.Model):
    """What was decided for files with certain headers, to be done again to the next: one for each set of headers."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="recipes")
    key = models.CharField(max_length=64)  # of the headers, in whatever order
    headers = models.JSONField(default=list)
    name = models.CharField(max_length=100)
    options = models.JSONField(default=dict)  # core.fields.Options as JSON, of this file's columns alone
    fields = models.JSONField(default=dict)  # the team's own fields in it: name → key, which a new name leaves
    left_out = models.JSONField(default=list)  # [code, field] of the problems that were imported around
    version = models.PositiveIntegerField(default=1)  # grows with every import that changes it, and every renaming
    source = models.CharField(max_length=255, blank=True)  # the file it was made from last
    saved_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("team", "key"), name="recipe_once"),
            models.UniqueConstraint(fields=("team", "name"), name="recipe_name"),
        )

    def __str__(self) -> str:
        return self.name


class Progress(models.Model):
    """How far a running import is. Lives on the "progress" connection, outside the import's own transaction."""

    import_id = models.UUIDField(primary_key=True)
    phase = models.CharField(max_length=20)  # reading, checking, planning, saving
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.phase} {self.done}/{self.of}"


class UndoLook(models.Model):
    """What undoing a large import would do, worked out by a worker for the page that asks. Dropped when it is old."""

    of = models.OneToOneField(Import, on_delete=models.CASCADE, primary_key=True, related_name="undo_look")
    asked_at = models.DateTimeField()
    told = models.JSONField(null=True)  # imports.undo.UndoPlan as JSON; null until it is worked out
    told_at = models.DateTimeField(null=True)
    version = models.BigIntegerField(default=-1)  # of the team, that it is of
    done = models.PositiveIntegerField(default=0)  # contacts looked at so far
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"undoing {self.of_id}"


class Mail(models.Model):
    """The outbox. Written in the transaction that finishes the import; the worker sends, and retries with back-off."""

    id = models.BigAutoField(primary_key=True)
    of = models.ForeignKey(Import, null=True, on_delete=models.CASCADE, related_name="mails")
    about = models.CharField(max_length=8, default="finished")  # finished, failed
    to = models.EmailField()
    subject = models.CharField(max_length=255)
    text = models.TextField()
    html = models.TextField(blank=True)
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("of", "to", "about"), name="one_mail_per_address"),)
        indexes = (models.Index(fields=("due_at",), name="mail_due", condition=models.Q(sent_at=None)),)

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"


class WrongState(Exception):  # noqa: N818  says what happened, like BadFile
    """The import is not where it would have to be for this: somebody was first, or it is too late."""

    def __init__(self, imp: Import) -> None:
        super().__init__(f"the import is {imp.state}")
        self.state = imp.state


class MovedOn(Exception):  # noqa: N818  says what happened
    """The draft is not any more what was confirmed. `imp` is how it stands now."""

    def __init__(self, imp: Import, shown: int) -> None:
        super().__init__(f"revision {shown} was confirmed, it is at {imp.revision}")
        self.imp, self.shown = imp, shown


class OtherPayload(Exception):  # noqa: N818  says what happened
    """The idempotency key was used before, for something else."""


class Overtaken(Exception):  # noqa: N818  says what happened
    """Another worker has taken the import over: whatever this one has done must not count."""


class NoSuchCell(Exception):  # noqa: N818  says what happened
    """The file has no such row, or no such header."""

    def __init__(self, row: int, header: str | None) -> None:
        super().__init__(_("row {row}, {header}", row=row, header=header) if header else _("row {row}", row=row))
        self.row, self.header = row, header


class TooMuch(Exception):  # noqa: N818  says what happened
    """The edit is larger than a cell, a step or a draft may be; the sentence says which."""


def can_undo(imp: Import) -> bool:
    """Whether the import is done, no undo itself, young enough, and nobody is undoing it already."""
    if imp.state != State.DONE or imp.undoes_id or timezone.now() > last_day(imp):
        return False
    return not imp.undone_by.exclude(state__in=(State.FAILED, State.CANCELLED)).exists()


def last_day(imp: Import) -> datetime:
    """Until when the import can be undone."""
    return (imp.finished_at or imp.created_at) + timedelta(days=settings().undo_days)
