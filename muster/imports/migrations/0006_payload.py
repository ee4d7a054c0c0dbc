from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0005_workspace")]

    operations = [
        migrations.AddField("import", "idempotency_payload", models.CharField(blank=True, default="", max_length=64), preserve_default=False),
    ]
