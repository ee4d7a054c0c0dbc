"""A team's contacts, its custom fields, and the history of every contact.

The growing tables have composite keys that begin with the team and no database-made identity, so that they can be
partitioned by team later. Their foreign keys carry no database constraint: a check per row is dear in a bulk load,
and nothing but `teams` and `contacts` code ever deletes what they point to.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from muster.contacts.time_ids import next_id
from muster.core.fields import CUSTOM_KINDS, answer_in_words
from muster.teams.lock import version_in_hand
from muster.teams.models import Membership, Team, User


class CustomField(models.Model):
    """A team's own field. Values live in `Contact.custom` under `key`, so renaming keeps them."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="custom_fields")
    name = models.CharField(max_length=100)
    name_folded = models.CharField(max_length=200, editable=False)
    kind = models.CharField(max_length=6, choices=[(kind.value, kind.value) for kind in CUSTOM_KINDS], default="text")
    required = models.BooleanField(default=False)
    max_length = models.PositiveIntegerField(default=255)
    choices = models.JSONField(default=list, blank=True)
    searchable = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("position", "id")
        constraints = (models.UniqueConstraint(fields=("team", "name_folded"), name="field_name_once"),)

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """The key of its values, stable under renaming."""
        return f"custom.{self.id}"


class ColumnAnswer(models.Model):
    """What the team answered for a header it has no field of: a field's name, or "" for don't import."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="column_answers")
    header = models.CharField(max_length=255)
    field_name = models.CharField(max_length=100, blank=True)
    answered_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("team", "header"), name="answer_once"),)

    def __str__(self) -> str:
        return f"{self.header} → {self.field_name or 'not imported'}"

    @property
    def words(self) -> str:
        """The answer for people: a reversed column says so."""
        return answer_in_words(self.field_name)


class Source(models.TextChoices):
    """Where a change came from."""

    IMPORT = "import", "Import"
    USER = "user", "User"
    CONTACT = "contact", "Contact"


class Contact(models.Model):
    """One person in one team. Each channel: opted out or not, source, who, when, and whether the
    contact's own last word on it was "out" (an import may never undo that)."""

    pk = models.CompositePrimaryKey("team_id", "id")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    id = models.BigIntegerField(default=next_id)
    contact_id = models.CharField(max_length=255, null=True)  # noqa: DJ001  null is "none", and may repeat
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    mobile_number = models.CharField(max_length=16, null=True)  # noqa: DJ001  E.164; null is "none", and may repeat
    mobile_inferred_at = models.DateTimeField(null=True)
    whatsapp_number = models.CharField(max_length=16, null=True)  # noqa: DJ001  E.164

    text_out = models.BooleanField(default=False)
    text_source = models.CharField(max_length=7, choices=Source, default=Source.IMPORT)
    text_by = models.BigIntegerField(null=True)
    text_at = models.DateTimeField()
    text_own_out = models.BooleanField(default=False)
    whatsapp_out = models.BooleanField(default=False)
    whatsapp_source = models.CharField(max_length=7, choices=Source, default=Source.IMPORT)
    whatsapp_by = models.BigIntegerField(null=True)
    whatsapp_at = models.DateTimeField()
    whatsapp_own_out = models.BooleanField(default=False)
    whatsapp_marketing_out = models.BooleanField(default=False)
    whatsapp_marketing_source = models.CharField(max_length=7, choices=Source, default=Source.IMPORT)
    whatsapp_marketing_by = models.BigIntegerField(null=True)
    whatsapp_marketing_at = models.DateTimeField()
    whatsapp_marketing_own_out = models.BooleanField(default=False)

    assigned = models.ForeignKey(
        Membership, null=True, on_delete=models.DO_NOTHING, related_name="contacts", db_constraint=False, db_index=False
    )
    custom = models.JSONField(default=dict)  # CustomField.key without "custom." -> canonical text
    search_text = models.TextField(default="")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("team", "contact_id"), name="contact_id_once"),
            models.UniqueConstraint(fields=("team", "mobile_number"), name="mobile_number_once"),
        )
        indexes = (
            models.Index(
                fields=("team", "whatsapp_number"),
                name="contact_by_whatsapp",
                condition=models.Q(whatsapp_number__isnull=False),
            ),
            models.Index("team", Lower("last_name"), name="contact_by_name"),
            models.Index(
                fields=("team", "assigned"), name="contact_by_assigned", condition=models.Q(assigned__isnull=False)
            ),
            *(
                models.Index(fields=("team", "id"), name=f"contact_{name}", condition=models.Q(**{name: True}))
                for name in ("text_out", "whatsapp_out", "whatsapp_marketing_out")
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"


class Change(models.Model):
    """One entry of a contact's history: who, when, by which import and row, before → after.

    `before` and `after` hold only what changed, by stored key: "first_name", "custom.12", and for a channel
    [opted_out, source, by, at, own_out]. `before` is null for a created contact, `after` for a removed one.
    """

    pk = models.CompositePrimaryKey("team_id", "id")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    id = models.BigIntegerField(default=next_id)
    version = models.BigIntegerField(default=version_in_hand)  # of the team; with the id, the order of all changes
    contact = models.BigIntegerField()  # Contact.id
    at = models.DateTimeField()
    source = models.CharField(max_length=7, choices=Source)
    by = models.BigIntegerField(null=True)  # User.id
    import_id = models.UUIDField(null=True)
    row = models.IntegerField(null=True)
    action = models.CharField(max_length=12)  # created, updated, adopted, consent, undone, removed, erased
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("team", "contact", "id"), name="change_by_contact"),
            models.Index(fields=("team", "version", "id"), name="change_in_order"),
            models.Index(
                fields=("team", "import_id", "id"), name="change_by_import", condition=models.Q(import_id__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.contact}"


class ContactCounts(models.Model):
    """How many contacts a team has, by state, and how often channels were opted in and out: see `counts.py`."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="+")
    now = models.JSONField(default=dict)
    months = models.JSONField(default=dict)
    newest = models.BigIntegerField(null=True)  # no contact of the team has a higher id; null: nobody has looked yet

    def __str__(self) -> str:
        return f"{self.now.get('contacts', 0)} contacts"


class SavedList(models.Model):
    """A list of contacts that a team comes back to: its name, and the search and filters that an address has."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    query = models.CharField(max_length=2000)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "id")
        constraints = (models.UniqueConstraint(fields=("team", "name"), name="saved_list_once"),)

    def __str__(self) -> str:
        return self.name


class ManyStep(models.Model):
    """What was done to many contacts at once, and by which changes: `first` to `last` are ids of Change."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=8)  # assign, out, export, erase
    about = models.CharField(max_length=255, blank=True)  # the name of whom they are assigned to, or the channel
    count = models.PositiveIntegerField()
    first = models.BigIntegerField(null=True)
    last = models.BigIntegerField(null=True)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.what} {self.count}"


class ConsentMessage(models.Model):
    """A gateway's STOP or START that has been heard, by the gateway's own id: said twice, it counts once.

    One id may speak for several channels, numbers and contacts. `about` is a keyed hash of the number or contact.
    """

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    message_id = models.CharField(max_length=255)
    channel = models.CharField(max_length=18, default="")  # "" for what was heard before channels were kept
    about = models.CharField(max_length=80, default="")
    opted_out = models.BooleanField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("team", "message_id", "channel", "about"), name="message_once"),)

    def __str__(self) -> str:
        return self.message_id


class StopWord(models.Model):
    """STOP, said from a number about a channel, whether or not a contact has the number; START removes it.

    `key` is what all spellings of the number share, or, after an erasure, a keyed hash of that (`stop_list.py`).
    """

    pk = models.CompositePrimaryKey("team_id", "id")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    id = models.BigIntegerField(default=next_id)
    channel = models.CharField(max_length=18)
    key = models.CharField(max_length=80)
    number = models.CharField(max_length=16, null=True)  # noqa: DJ001  E.164 as it was said; null once erased
    at = models.DateTimeField()
    said = models.CharField(max_length=80, blank=True)  # the keyword, never the message
    through = models.CharField(max_length=100, blank=True)  # "api", or the name of a connection
    by = models.BigIntegerField(null=True)  # User.id: whose token it was
    message_id = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("team", "key", "channel"), name="stop_word_once"),)
        indexes = (models.Index(fields=("team", "id"), name="stop_hashes", condition=models.Q(number__isnull=True)),)

    def __str__(self) -> str:
        return f"STOP on {self.channel}"


class Tombstone(models.Model):
    """What is left of an erased contact: that there was one, when and by whom it was erased, and a keyed hash of its
    ContactId, which tells nothing but whether a given id is the same. Never edited."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, blank=True)  # "" for a contact that had no ContactId
    erased_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    by_email = models.CharField(max_length=254)  # stays when the user goes

    class Meta:
        indexes = (models.Index(fields=("team", "digest"), name="tombstone_by_digest"),)

    def __str__(self) -> str:
        return f"erased on {self.erased_at:%Y-%m-%d}"


class Erasure(models.Model):
    """An erased contact that past imports may still name. Workers look through them, one by one; then it goes.

    `person` is what the contact was known by, kept for no longer than that takes. Of a team the oldest comes first.
    """

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="erasures")
    person = models.JSONField()  # contacts.erase.Person as JSON
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    done = models.PositiveIntegerField(default=0)  # imports that were looked through, of so many
    of = models.PositiveIntegerField(default=0)
    past_at = models.DateTimeField(null=True)  # the import that was looked through last
    past_id = models.UUIDField(null=True)
    unread = models.PositiveIntegerField(default=0)  # of those, how many could not be read: they are tried again
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = (models.Index(fields=("team", "id"), name="erasure_in_order"),)

    def __str__(self) -> str:
        return f"{self.done} of {self.of}"
