from django.db import migrations, models

import muster.teams.lock


class Migration(migrations.Migration):
    """What was written before has version 0, and stands there in the order of its ids."""

    dependencies = [("contacts", "0006_counts"), ("teams", "0005_stop_list")]

    operations = [
        migrations.AddField(model_name="change", name="version", field=models.BigIntegerField(default=0)),
        migrations.AlterField(
            model_name="change",
            name="version",
            field=models.BigIntegerField(default=muster.teams.lock.version_in_hand),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["team", "version", "id"], name="change_in_order"),
        ),
    ]
