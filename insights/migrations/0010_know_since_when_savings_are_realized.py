from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0009_say_plainly_what_fields_hold"),
    ]

    operations = [
        migrations.AddField(
            model_name="verification",
            name="status_since",
            field=models.DateTimeField(
                help_text="When it got this status. Empty: not recorded.", null=True
            ),
        ),
    ]
