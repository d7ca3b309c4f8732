import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

MOVE = """
    INSERT INTO users_apitoken (
        name, user_id, digest, prefix, is_read_only, all_accounts,
        created_at, expires_at
    )
    SELECT '', user_id, digest, token_key, FALSE, TRUE, created, expiry
    FROM knox_authtoken
"""


def move_tokens(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Before, tokens were those of a library, whose table a new database lacks."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if "knox_authtoken" not in connection.introspection.table_names(cursor):
            return
        cursor.execute(MOVE)
        cursor.execute("DROP TABLE knox_authtoken")
    content_types = apps.get_model("contenttypes", "ContentType")
    content_types.objects.filter(app_label="knox").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("clouds", "0007_access_to_all_accounts"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("users", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        blank=True,
                        help_text="What uses it, such as Grafana.",
                        max_length=80,
                    ),
                ),
                (
                    "digest",
                    models.CharField(editable=False, max_length=128, unique=True),
                ),
                ("prefix", models.CharField(editable=False, max_length=15)),
                (
                    "is_read_only",
                    models.BooleanField(default=False, verbose_name="read-only"),
                ),
                (
                    "all_accounts",
                    models.BooleanField(
                        default=True,
                        help_text="Whatever its user sees. Otherwise only `accounts`.",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "accounts",
                    models.ManyToManyField(
                        blank=True, related_name="+", to="clouds.cloudaccount"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ["-expires_at", "-id"]},
        ),
        migrations.RunPython(move_tokens, migrations.RunPython.noop),
    ]
