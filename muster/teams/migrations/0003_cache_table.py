from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    """Does nothing unless the settings keep the cache in the database."""
    if schema_editor.connection.alias == "default":
        call_command("createcachetable", database="default", verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("teams", "0002_second_factor")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
