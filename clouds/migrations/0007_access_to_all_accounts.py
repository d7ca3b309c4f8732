from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def grant_what_everybody_had(
    apps: StateApps, schema_editor: BaseDatabaseSchemaEditor
) -> None:
    """Until now, a user without a row saw all accounts."""
    access = apps.get_model("clouds", "AccountAccess")
    users = apps.get_model(settings.AUTH_USER_MODEL)
    access.objects.bulk_create(
        access(user=user, all_accounts=True)
        for user in users.objects.filter(account_access=None)
    )


def take_it_back(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("clouds", "AccountAccess").objects.filter(all_accounts=True).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("clouds", "0006_demo_in_azure"),
    ]

    operations = [
        migrations.AddField(
            model_name="accountaccess",
            name="all_accounts",
            field=models.BooleanField(
                default=False, help_text="Those that are connected later too."
            ),
        ),
        migrations.AlterField(
            model_name="accountaccess",
            name="accounts",
            field=models.ManyToManyField(
                blank=True,
                help_text="Unless all are, only these accounts are visible, on every page, endpoint and export. If empty, none is.",
                related_name="+",
                to="clouds.cloudaccount",
            ),
        ),
        migrations.RunPython(grant_what_everybody_had, take_it_back),
    ]
