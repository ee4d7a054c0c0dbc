from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("connect", "0001_initial")]

    operations = [
        migrations.AddField("webhook", "off_at", models.DateTimeField(null=True)),
        migrations.AddField("call", "source", models.CharField(default="contact", max_length=7)),
        migrations.AddField("call", "by", models.BigIntegerField(null=True)),
        migrations.AddField("call", "contact", models.BigIntegerField(null=True)),
    ]
