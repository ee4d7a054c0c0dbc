from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('teams', '0008_languages'),
    ]

    operations = [
        migrations.AddField(
            model_name='membership',
            name='joined',
            field=models.BooleanField(default=True),
        ),
    ]
