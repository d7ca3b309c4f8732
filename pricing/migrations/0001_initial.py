from django.db import migrations, models

import core.db.money_field


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="InstancePrice",
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
                    "provider",
                    models.CharField(
                        choices=[
                            ("aws", "AWS"),
                            ("azure", "Azure"),
                            ("demo", "Demo AWS"),
                            ("demo-azure", "Demo Azure"),
                        ],
                        max_length=16,
                    ),
                ),
                ("region", models.CharField(max_length=64)),
                ("operating_system", models.CharField(max_length=64)),
                ("instance_type", models.CharField(max_length=64)),
                ("tenancy", models.CharField(max_length=32)),
                ("hourly", core.db.money_field.MoneyField()),
                ("currency", models.CharField(max_length=3)),
                ("vcpus", models.PositiveIntegerField(verbose_name="vCPUs")),
                ("memory_mib", models.PositiveIntegerField(verbose_name="memory, MiB")),
                ("architecture", models.CharField(max_length=16)),
                ("is_current_generation", models.BooleanField()),
                ("read_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["provider", "region", "instance_type", "operating_system"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "provider",
                            "region",
                            "operating_system",
                            "tenancy",
                            "instance_type",
                            "currency",
                        ),
                        name="instanceprice_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PricedFamily",
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
                    "provider",
                    models.CharField(
                        choices=[
                            ("aws", "AWS"),
                            ("azure", "Azure"),
                            ("demo", "Demo AWS"),
                            ("demo-azure", "Demo Azure"),
                        ],
                        max_length=16,
                    ),
                ),
                ("region", models.CharField(max_length=64)),
                ("operating_system", models.CharField(max_length=64)),
                ("tenancy", models.CharField(default="Shared", max_length=32)),
                ("family", models.CharField(max_length=64)),
                ("currency", models.CharField(default="USD", max_length=3)),
                ("read_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "priced families",
                "ordering": [
                    "provider",
                    "region",
                    "operating_system",
                    "tenancy",
                    "family",
                    "currency",
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "provider",
                            "region",
                            "operating_system",
                            "tenancy",
                            "family",
                            "currency",
                        ),
                        name="pricedfamily_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ResourcePrice",
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
                    "provider",
                    models.CharField(
                        choices=[
                            ("aws", "AWS"),
                            ("azure", "Azure"),
                            ("demo", "Demo AWS"),
                            ("demo-azure", "Demo Azure"),
                        ],
                        max_length=16,
                    ),
                ),
                ("region", models.CharField(max_length=64)),
                ("kind", models.CharField(max_length=32)),
                (
                    "engine",
                    models.CharField(
                        blank=True, help_text="Of a database.", max_length=64
                    ),
                ),
                (
                    "sku",
                    models.CharField(
                        help_text="Its size or variety, as the inventory has it.",
                        max_length=64,
                        verbose_name="SKU",
                    ),
                ),
                ("redundancy", models.CharField(blank=True, max_length=64)),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("hour", "hour"),
                            ("GiB", "GiB"),
                            ("GiB-month", "GiB-month"),
                            ("IOPS-month", "IOPS-month"),
                            ("MiB/s-month", "MiB/s-month"),
                            ("month", "month"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "from_quantity",
                    models.DecimalField(
                        decimal_places=4,
                        help_text="Each unit above it costs this, until the next such price begins; those below the first are included. Where the unit is a month, it is the whole price of a size above it.",
                        max_digits=20,
                        verbose_name="above",
                    ),
                ),
                ("amount", core.db.money_field.MoneyField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "minimum_days",
                    models.PositiveIntegerField(
                        help_text="For as long it is charged, also where it is deleted before."
                    ),
                ),
                ("read_at", models.DateTimeField()),
            ],
            options={
                "ordering": [
                    "provider",
                    "region",
                    "kind",
                    "engine",
                    "sku",
                    "redundancy",
                    "unit",
                    "from_quantity",
                    "currency",
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "provider",
                            "region",
                            "kind",
                            "engine",
                            "sku",
                            "redundancy",
                            "unit",
                            "from_quantity",
                            "currency",
                        ),
                        name="resourceprice_natural_key",
                    )
                ],
            },
        ),
    ]
