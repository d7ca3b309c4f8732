from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clouds", "0003_name_presenter")]

    operations = [
        migrations.AddField(
            model_name="democompany",
            name="is_hourly",
            field=models.BooleanField(
                default=False,
                help_text="Whether the bill of its latest day arrives hour by hour.",
                verbose_name="hourly",
            ),
        ),
    ]
