import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clouds", "0001_initial"),
        ("inventory", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="EmissionTotal",
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
                ("day", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("instance", "Instance"),
                            ("volume", "Volume"),
                            ("snapshot", "Snapshot"),
                            ("bucket", "Bucket"),
                            ("database", "Database"),
                            ("address", "Address"),
                            ("nat-gateway", "NAT gateway"),
                            ("load-balancer", "Load balancer"),
                        ],
                        max_length=32,
                    ),
                ),
                ("region", models.CharField(max_length=64)),
                ("kwh", models.FloatField(null=True, verbose_name="kWh")),
                (
                    "operational_kg",
                    models.FloatField(null=True, verbose_name="operational, kg CO2e"),
                ),
                (
                    "embodied_kg",
                    models.FloatField(null=True, verbose_name="embodied, kg CO2e"),
                ),
                ("resources", models.PositiveIntegerField(default=0)),
                (
                    "unknown",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Resources whose operational emissions are unknown.",
                    ),
                ),
                (
                    "embodied_unknown",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Machines whose share of a server is unknown.",
                        verbose_name="embodied unknown",
                    ),
                ),
                ("computed_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="emission_totals",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["-day", "account", "kind", "region"],
                "indexes": [
                    models.Index(fields=["day", "account"], name="emissiontotal_day")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "day", "kind", "region"),
                        name="emissiontotal_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ResourceEmission",
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
                ("day", models.DateField()),
                (
                    "cpu_kwh",
                    models.FloatField(blank=True, null=True, verbose_name="CPU, kWh"),
                ),
                (
                    "memory_kwh",
                    models.FloatField(
                        blank=True, null=True, verbose_name="memory, kWh"
                    ),
                ),
                (
                    "storage_kwh",
                    models.FloatField(
                        blank=True, null=True, verbose_name="storage, kWh"
                    ),
                ),
                (
                    "network_kwh",
                    models.FloatField(
                        blank=True, null=True, verbose_name="network, kWh"
                    ),
                ),
                (
                    "kwh",
                    models.FloatField(
                        blank=True,
                        help_text="Of all parts, with the data center's.",
                        null=True,
                        verbose_name="kWh",
                    ),
                ),
                (
                    "operational_kg",
                    models.FloatField(
                        blank=True,
                        help_text="Of its electricity.",
                        null=True,
                        verbose_name="operational, kg CO2e",
                    ),
                ),
                (
                    "embodied_kg",
                    models.FloatField(
                        blank=True,
                        help_text="Its share of what it took to make its server.",
                        null=True,
                        verbose_name="embodied, kg CO2e",
                    ),
                ),
                (
                    "unknown",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("type", "No figures for its type"),
                            ("cpu", "Its CPU was not measured"),
                            ("size", "Its size is unknown"),
                            ("region", "No figure for its region"),
                        ],
                        max_length=8,
                        verbose_name="why unknown",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="emissions",
                        to="inventory.resource",
                    ),
                ),
            ],
            options={
                "verbose_name": "emissions of a resource",
                "verbose_name_plural": "emissions of resources",
                "ordering": ["-day", "resource"],
                "indexes": [
                    models.Index(
                        fields=["day", "resource"], name="resourceemission_day"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("resource", "day"), name="resourceemission_natural_key"
                    )
                ],
            },
        ),
    ]
