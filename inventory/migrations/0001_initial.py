import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "__first__"),
        ("clouds", "0001_initial"),
        ("syncs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Resource",
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
                    "assigned_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When it was handed over. Empty: its owner is by the rules.",
                        null=True,
                    ),
                ),
                ("assigned_by", models.CharField(blank=True, max_length=150)),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due")),
                ("message", models.TextField(blank=True, help_text="To the owner.")),
                (
                    "resource_id",
                    models.CharField(
                        help_text="The cloud's id. Azure ignores case, so its ids are in lower case.",
                        max_length=1024,
                    ),
                ),
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
                ("name", models.CharField(blank=True, max_length=256)),
                ("region", models.CharField(max_length=64)),
                (
                    "resource_group",
                    models.CharField(
                        blank=True,
                        help_text="Of Azure, in lower case, as it ignores case.",
                        max_length=128,
                    ),
                ),
                ("state", models.CharField(max_length=32)),
                ("tags", models.JSONField(blank=True, default=dict)),
                (
                    "created_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="As its cloud says; empty: it does not.",
                        null=True,
                    ),
                ),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                (
                    "gone_since",
                    models.DateTimeField(
                        blank=True,
                        help_text="Absent from a complete answer since then.",
                        null=True,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="resources",
                        to="clouds.cloudaccount",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        help_text="Who is responsible for it. Empty: nobody.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["account", "region", "name", "id"],
                "permissions": [("assign_resource", "Can hand resources over")],
                "indexes": [
                    models.Index(
                        fields=["account", "region", "name", "id"],
                        name="resource_order",
                    ),
                    models.Index(fields=["resource_id"], name="resource_id"),
                    models.Index(fields=["name"], name="resource_name"),
                    models.Index(fields=["region", "kind"], name="resource_region"),
                    models.Index(
                        condition=models.Q(("resource_group", ""), _negated=True),
                        fields=["resource_group"],
                        name="resource_group",
                    ),
                    models.Index(
                        condition=models.Q(("gone_since__isnull", True)),
                        fields=["state", "kind"],
                        name="resource_present_state",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "resource_id", "kind"),
                        name="resource_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Address",
            fields=[
                (
                    "resource_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="inventory.resource",
                    ),
                ),
                (
                    "attached_to",
                    models.CharField(
                        blank=True,
                        help_text="The id of what uses it; several by commas. Empty: unattached.",
                        max_length=4096,
                    ),
                ),
                (
                    "ip",
                    models.GenericIPAddressField(
                        blank=True, null=True, verbose_name="IP address"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "addresses",
            },
            bases=("inventory.resource", models.Model),
        ),
        migrations.CreateModel(
            name="Bucket",
            fields=[
                (
                    "resource_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="inventory.resource",
                    ),
                ),
                (
                    "bucket_kind",
                    models.CharField(
                        blank=True,
                        help_text="Of a storage account, such as StorageV2.",
                        max_length=64,
                    ),
                ),
                ("redundancy", models.CharField(blank=True, max_length=64)),
                (
                    "access_tier",
                    models.CharField(
                        blank=True,
                        help_text="Where objects go that name no tier.",
                        max_length=64,
                    ),
                ),
                (
                    "total_bytes",
                    models.BigIntegerField(blank=True, null=True, verbose_name="size"),
                ),
                (
                    "bytes_by_tier",
                    models.JSONField(
                        blank=True,
                        help_text="The newest that was measured; empty: not known.",
                        null=True,
                        verbose_name="size by tier",
                    ),
                ),
                (
                    "object_count",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="number of objects"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
            bases=("inventory.resource",),
        ),
        migrations.CreateModel(
            name="Database",
            fields=[
                (
                    "resource_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="inventory.resource",
                    ),
                ),
                ("engine", models.CharField(blank=True, max_length=64)),
                ("engine_version", models.CharField(blank=True, max_length=64)),
                (
                    "database_class",
                    models.CharField(blank=True, max_length=64, verbose_name="class"),
                ),
                (
                    "storage_gib",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="storage, GiB"
                    ),
                ),
                ("storage_type", models.CharField(blank=True, max_length=64)),
                (
                    "is_multi_zone",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="in several zones"
                    ),
                ),
                ("cluster", models.CharField(blank=True, max_length=1024)),
            ],
            options={
                "abstract": False,
            },
            bases=("inventory.resource",),
        ),
        migrations.CreateModel(
            name="LoadBalancer",
            fields=[
                (
                    "resource_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="inventory.resource",
                    ),
                ),
                (
                    "balancer_type",
                    models.CharField(blank=True, max_length=64, verbose_name="type"),
                ),
                ("targets", models.PositiveIntegerField(blank=True, null=True)),
                ("healthy_targets", models.PositiveIntegerField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
            bases=("inventory.resource",),
        ),
        migrations.CreateModel(
            name="NatGateway",
            fields=[
                (
                    "resource_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="inventory.resource",
                    ),
                ),
                (
                    "gateway_type",
                    models.CharField(
                        blank=True,
                        help_text="public, private; Standard.",
                        max_length=64,
                        verbose_name="type",
                    ),
                ),
                (
                    "public_ips",
                    models.CharField(
                        blank=True,
                        help_text="Joined by commas.",
                        max_length=1024,
                        verbose_name="public IPs",
                    ),
                ),
                (
                    "vpc_id",
                    models.CharField(
                        blank=True, max_length=1024, verbose_name="virtual network"
                    ),
                ),
                (
                    "subnets",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="That send through it, where the cloud tells. 0: it does nothing.",
                        null=True,
                    ),
                ),
            ],
            options={
                "verbose_name": "NAT gateway",
            },
            bases=("inventory.resource",),
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                (
                    "resource_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="inventory.resource",
                    ),
                ),
                (
                    "size_gib",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Of the disk it is a copy of.",
                        null=True,
                        verbose_name="size, GiB",
                    ),
                ),
                (
                    "full_bytes",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Of all its blocks; those that other snapshots share are stored once.",
                        null=True,
                        verbose_name="full size",
                    ),
                ),
                (
                    "storage_tier",
                    models.CharField(
                        blank=True,
                        help_text="standard, archive; Standard_LRS.",
                        max_length=64,
                        verbose_name="tier",
                    ),
                ),
                (
                    "is_incremental",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="incremental"
                    ),
                ),
                (
                    "source_id",
                    models.CharField(
                        blank=True,
                        help_text="The id of the disk. Empty: it is of none that is known.",
                        max_length=1024,
                        verbose_name="source disk",
                    ),
                ),
                (
                    "source_exists",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="source exists"
                    ),
                ),
                ("description", models.CharField(blank=True, max_length=256)),
            ],
            options={
                "abstract": False,
            },
            bases=("inventory.resource",),
        ),
        migrations.CreateModel(
            name="Volume",
            fields=[
                (
                    "resource_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="inventory.resource",
                    ),
                ),
                (
                    "attached_to",
                    models.CharField(
                        blank=True,
                        help_text="The id of what uses it; several by commas. Empty: unattached.",
                        max_length=4096,
                    ),
                ),
                ("volume_type", models.CharField(blank=True, max_length=64)),
                (
                    "size_gib",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="size, GiB"
                    ),
                ),
                (
                    "iops",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="IOPS"
                    ),
                ),
                (
                    "throughput_mib",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="throughput, MiB/s"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
            bases=("inventory.resource", models.Model),
        ),
        migrations.CreateModel(
            name="StateChange",
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
                ("at", models.DateTimeField(help_text="When the change was seen.")),
                (
                    "field",
                    models.CharField(
                        choices=[
                            ("state", "State"),
                            ("instance_type", "Instance type"),
                            ("monitoring", "Monitoring"),
                            ("attached_to", "Attached to"),
                            ("volume_type", "Volume type"),
                            ("size_gib", "Size, GiB"),
                            ("storage_tier", "Storage tier"),
                            ("source_exists", "Source exists"),
                            ("access_tier", "Access tier"),
                            ("redundancy", "Redundancy"),
                            ("database_class", "Class"),
                            ("engine_version", "Engine version"),
                            ("storage_gib", "Storage, GiB"),
                            ("is_multi_zone", "In several zones"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "old_value",
                    models.CharField(
                        blank=True, help_text="Empty: first seen.", max_length=512
                    ),
                ),
                ("new_value", models.CharField(max_length=512)),
                (
                    "resource",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="inventory.resource",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="syncs.syncrun",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "indexes": [
                    models.Index(fields=["-at", "-id"], name="statechange_newest")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("resource", "field", "at", "new_value"),
                        name="statechange_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Instance",
            fields=[
                (
                    "resource_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="inventory.resource",
                    ),
                ),
                ("instance_type", models.CharField(blank=True, max_length=64)),
                (
                    "vcpus",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="vCPUs"
                    ),
                ),
                (
                    "memory_mib",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="memory, MiB"
                    ),
                ),
                (
                    "platform",
                    models.CharField(
                        blank=True,
                        help_text="windows, or empty for Linux.",
                        max_length=64,
                    ),
                ),
                (
                    "operating_system",
                    models.CharField(
                        blank=True,
                        help_text="As it is billed, with license and software. Empty: unknown.",
                        max_length=64,
                    ),
                ),
                (
                    "tenancy",
                    models.CharField(
                        blank=True,
                        help_text="Shared, Dedicated or Host.",
                        max_length=16,
                    ),
                ),
                (
                    "paid_anyway",
                    models.CharField(
                        blank=True,
                        help_text="What costs the same until it is released, such as a dedicated host.",
                        max_length=32,
                        verbose_name="paid while stopped",
                    ),
                ),
                (
                    "monitoring",
                    models.CharField(
                        blank=True,
                        help_text="basic: a CPU sample every five minutes; detailed: every minute.",
                        max_length=16,
                    ),
                ),
                (
                    "lifecycle",
                    models.CharField(
                        help_text="on-demand, spot or capacity-block.",
                        max_length=32,
                        verbose_name="purchase option",
                    ),
                ),
                (
                    "launched_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="launched"
                    ),
                ),
                ("availability_zone", models.CharField(blank=True, max_length=64)),
                (
                    "image_id",
                    models.CharField(blank=True, max_length=64, verbose_name="image"),
                ),
                (
                    "vpc_id",
                    models.CharField(blank=True, max_length=64, verbose_name="VPC"),
                ),
                (
                    "private_ip",
                    models.GenericIPAddressField(
                        blank=True, null=True, verbose_name="private IP"
                    ),
                ),
                (
                    "public_ip",
                    models.GenericIPAddressField(
                        blank=True, null=True, verbose_name="public IP"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["instance_type"], name="instance_type")
                ],
            },
            bases=("inventory.resource",),
        ),
    ]
