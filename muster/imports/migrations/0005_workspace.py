from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0004_edit_size")]

    operations = [
        migrations.AddField("import", "looked_version", models.BigIntegerField(default=-1)),
    ]
