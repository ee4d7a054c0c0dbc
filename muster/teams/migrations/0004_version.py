from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("teams", "0003_cache_table")]

    operations = [
        migrations.AddField(model_name="team", name="version", field=models.BigIntegerField(default=0)),
    ]
