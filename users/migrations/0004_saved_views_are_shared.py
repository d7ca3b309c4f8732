import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import users.models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("users", "0003_token_scopes"),
    ]

    operations = [
        migrations.RenameModel("SavedLink", "SavedView"),
        migrations.AddField(
            "savedview",
            "is_shared",
            models.BooleanField(
                default=False,
                help_text="Whether everybody finds it.",
                verbose_name="shared",
            ),
        ),
        migrations.AlterField(
            "savedview",
            "address",
            models.CharField(
                help_text="A page of this server with its filters, such as "
                "/costs/?period=last_month&group_by=account.",
                max_length=2000,
                validators=[
                    django.core.validators.RegexValidator(
                        "^/(?![/\\\\])[^\\s\\\\]*$",
                        "Use an address on this server, such as /admin/.",
                    ),
                    users.models.check_page,
                ],
            ),
        ),
        migrations.AlterField(
            "savedview",
            "user",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="saved_views",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
