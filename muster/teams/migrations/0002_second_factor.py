from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("teams", "0001_initial")]

    operations = [
        migrations.AddField(model_name="team", name="second_factor", field=models.BooleanField(default=False)),
    ]
