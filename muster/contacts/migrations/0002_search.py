"""Make the search index: FTS5 on SQLite, trigrams on PostgreSQL where it has them."""

from django.db import migrations

from muster.contacts.search.index import MAKE_TABLE, TABLE

INDEX = "contact_search"


def make(apps, editor):
    with editor.connection.cursor() as cursor:
        if editor.connection.vendor == "sqlite":
            cursor.execute(MAKE_TABLE)
        elif editor.connection.vendor == "postgresql" and has_trigrams(cursor):
            cursor.execute(f"CREATE INDEX {INDEX} ON contacts_contact USING gin (search_text gin_trgm_ops)")


def has_trigrams(cursor):
    """Whether pg_trgm is there; it is made when we may. Search works without it, by looking at every contact."""
    cursor.execute("SELECT installed_version FROM pg_available_extensions WHERE name = 'pg_trgm'")
    found = cursor.fetchone()
    if not found:
        return False
    if found[0]:
        return True
    cursor.execute(
        """
        DO $$ BEGIN
            CREATE EXTENSION IF NOT EXISTS pg_trgm;
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE WARNING 'CREATE EXTENSION pg_trgm is not allowed: search will look at every contact';
        END $$
        """
    )
    cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
    return cursor.fetchone() is not None


def drop(apps, editor):
    with editor.connection.cursor() as cursor:
        if editor.connection.vendor == "sqlite":
            cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        else:
            cursor.execute(f"DROP INDEX IF EXISTS {INDEX}")


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_initial")]
    operations = [migrations.RunPython(make, drop)]
