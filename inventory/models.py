"""Resources of accounts, the details of each kind, and the history of their changes."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from clouds.models import CloudAccount
from clouds.registry import CLOUDS
from inventory.querysets import (
    RUNNING,
    AddressQuerySet,
    AttachableQuerySet,
    InstanceQuerySet,
    NatGatewayQuerySet,
    ResourceQuerySet,
    SnapshotQuerySet,
    StateChangeQuerySet,
)
from syncs.models import SyncRun
from users.owned import Owned

# An index of PostgreSQL holds no longer text.
LONGEST_VALUE = 512


def short_id(resource_id: str) -> str:
    """Return an id without what stands before it in Azure's and in ARNs, such as the
    account: "virtualmachines/web", "loadbalancer/app/web/50dc6c49"."""
    _, found, after = resource_id.rpartition("/providers/")
    if found:
        return after.partition("/")[2]
    is_arn = resource_id.startswith("arn:")
    return resource_id.split(":", 5)[-1] if is_arn else resource_id


class Resource(Owned):
    """One row is one resource of an account, as last seen.

    What only its kind has is in a one-to-one child model, such as Instance. A sync
    never deletes a resource: it sets `gone_since`.
    """

    class Kind(models.TextChoices):
        """Each is also the name of the URL of its page."""

        INSTANCE = "instance", "Instance"
        VOLUME = "volume", "Volume"
        SNAPSHOT = "snapshot", "Snapshot"
        BUCKET = "bucket", "Bucket"
        DATABASE = "database", "Database"
        ADDRESS = "address", "Address"
        NAT_GATEWAY = "nat-gateway", "NAT gateway"
        LOAD_BALANCER = "load-balancer", "Load balancer"

    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        related_name="resources",
        db_index=False,  # the natural key begins with it
    )
    resource_id = models.CharField(
        max_length=1024,  # Azure's ids are paths, and ARNs are long
        help_text="The cloud's id. Azure ignores case, so its ids are in lower case.",
    )
    kind = models.CharField(max_length=32, choices=Kind.choices)
    name = models.CharField(max_length=256, blank=True)
    region = models.CharField(max_length=64)
    resource_group = models.CharField(
        max_length=128,
        blank=True,
        help_text="Of Azure, in lower case, as it ignores case.",
    )
    state = models.CharField(max_length=32)
    tags = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(
        null=True, blank=True, help_text="As its cloud reports it. Empty: unknown."
    )
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    gone_since = models.DateTimeField(
        null=True, blank=True, help_text="Absent from a complete answer since then."
    )

    objects = ResourceQuerySet.as_manager()

    class Meta:
        ordering = ["account", "region", "name", "id"]
        permissions = [("assign_resource", "Can hand resources over")]
        constraints = [
            models.UniqueConstraint(
                # A bucket may be called like anything else.
                fields=["account", "resource_id", "kind"],
                name="resource_natural_key",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "region", "name", "id"], name="resource_order"
            ),
            models.Index(fields=["resource_id"], name="resource_id"),
            models.Index(fields=["name"], name="resource_name"),
            # Filter options of lists, and the number of resources in each state.
            models.Index(fields=["region", "kind"], name="resource_region"),
            models.Index(
                fields=["resource_group"],
                condition=~Q(resource_group=""),
                name="resource_group",
            ),
            models.Index(
                fields=["state", "kind"],
                condition=Q(gone_since__isnull=True),
                name="resource_present_state",
            ),
            models.Index(
                fields=["kind"],
                condition=Q(gone_since__isnull=False),
                name="resource_gone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.short_id})" if self.name else self.short_id

    def get_absolute_url(self) -> str:
        # Of a key alone the kind is not known; that page leads on.
        return reverse(self.kind or "resource", args=[self.pk])

    @property
    def short_id(self) -> str:
        return short_id(self.resource_id)

    @property
    def is_gone(self) -> bool:
        return self.gone_since is not None

    @property
    def linked_ids(self) -> list[str]:
        """Return the ids of other resources that it names."""
        return []

    @property
    def gone_word(self) -> str:
        """Return what it is when it is gone, as its cloud calls that."""
        is_instance = self.kind == self.Kind.INSTANCE
        return StateChange.TERMINATED if is_instance else StateChange.DELETED

    @property
    def is_running(self) -> bool:
        return self.state == RUNNING and not self.is_gone

    @property
    def is_billed(self) -> bool:
        """Return whether its cloud takes money for it in this state."""
        billed = CLOUDS[self.account.provider].billed_states
        is_instance = self.kind == self.Kind.INSTANCE
        return is_instance and self.state in billed and not self.is_gone


class Instance(Resource):
    """One row is what only a virtual machine has, beside its Resource."""

    instance_type = models.CharField(max_length=64, blank=True)
    vcpus = models.PositiveIntegerField("vCPUs", null=True, blank=True)
    memory_mib = models.PositiveIntegerField("memory, MiB", null=True, blank=True)
    platform = models.CharField(
        max_length=64, blank=True, help_text="windows, or empty for Linux."
    )
    operating_system = models.CharField(
        max_length=64,
        blank=True,
        help_text="As it is billed, with license and software. Empty: unknown.",
    )
    tenancy = models.CharField(
        max_length=16, blank=True, help_text="Shared, Dedicated or Host."
    )
    paid_anyway = models.CharField(
        "paid while stopped",
        max_length=32,
        blank=True,
        help_text="What costs the same until it is released, such as a dedicated host.",
    )
    monitoring = models.CharField(
        max_length=16,
        blank=True,
        help_text="basic: a CPU sample every five minutes; detailed: every minute.",
    )
    lifecycle = models.CharField(
        "purchase option", max_length=32, help_text="on-demand, spot or capacity-block."
    )
    launched_at = models.DateTimeField("launched", null=True, blank=True)
    availability_zone = models.CharField(max_length=64, blank=True)
    image_id = models.CharField("image", max_length=64, blank=True)
    vpc_id = models.CharField("VPC", max_length=64, blank=True)
    private_ip = models.GenericIPAddressField("private IP", null=True, blank=True)
    public_ip = models.GenericIPAddressField("public IP", null=True, blank=True)

    # A child has its own manager, whatever the stubs say.
    objects = InstanceQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = [models.Index(fields=["instance_type"], name="instance_type")]

    @property
    def memory_gib(self) -> float | None:
        return None if self.memory_mib is None else self.memory_mib / 1024


class Attachable(models.Model):
    """What may be attached to another resource, and costs the same where it is not."""

    attached_to = models.CharField(
        max_length=4096,
        blank=True,
        help_text="The id of what uses it; several by commas. Empty: unattached.",
    )

    class Meta:
        abstract = True

    @property
    def linked_ids(self) -> list[str]:
        return [one.strip() for one in self.attached_to.split(",") if one.strip()]


class Volume(Attachable, Resource):
    """One row is what only a disk has: an EBS volume, an Azure managed disk."""

    volume_type = models.CharField(max_length=64, blank=True)
    size_gib = models.PositiveIntegerField("size, GiB", null=True, blank=True)
    iops = models.PositiveIntegerField("IOPS", null=True, blank=True)
    throughput_mib = models.PositiveIntegerField(
        "throughput, MiB/s", null=True, blank=True
    )

    objects = AttachableQuerySet.as_manager()  # type: ignore[misc]


class Snapshot(Resource):
    """One row is what only a copy of a disk has: an EBS snapshot, one of Azure."""

    size_gib = models.PositiveIntegerField(
        "size, GiB", null=True, blank=True, help_text="Of the disk it is a copy of."
    )
    full_bytes = models.BigIntegerField(
        "full size",
        null=True,
        blank=True,
        help_text="Of all its blocks; those that other snapshots share are stored "
        "once.",
    )
    storage_tier = models.CharField(
        "tier", max_length=64, blank=True, help_text="standard, archive; Standard_LRS."
    )
    is_incremental = models.BooleanField("incremental", null=True, blank=True)
    source_id = models.CharField(
        "source disk",
        max_length=1024,
        blank=True,
        help_text="The id of the disk. Empty: unknown.",
    )
    source_exists = models.BooleanField("source exists", null=True, blank=True)
    description = models.CharField(max_length=256, blank=True)

    objects = SnapshotQuerySet.as_manager()  # type: ignore[misc]

    @property
    def linked_ids(self) -> list[str]:
        return [self.source_id] if self.source_id else []


class Bucket(Resource):
    """One row is what only a place of objects has: a bucket, a storage account."""

    bucket_kind = models.CharField(
        max_length=64, blank=True, help_text="Of a storage account, such as StorageV2."
    )
    redundancy = models.CharField(max_length=64, blank=True)
    access_tier = models.CharField(
        max_length=64, blank=True, help_text="Of objects without a tier of their own."
    )
    total_bytes = models.BigIntegerField("size", null=True, blank=True)
    bytes_by_tier = models.JSONField(
        "size by tier",
        null=True,
        blank=True,
        help_text="The newest that was measured; empty: not known.",
    )
    object_count = models.BigIntegerField("number of objects", null=True, blank=True)


class Database(Resource):
    """One row is what only a managed database has."""

    engine = models.CharField(max_length=64, blank=True)
    engine_version = models.CharField(max_length=64, blank=True)
    database_class = models.CharField("class", max_length=64, blank=True)
    storage_gib = models.PositiveIntegerField("storage, GiB", null=True, blank=True)
    storage_type = models.CharField(max_length=64, blank=True)
    is_multi_zone = models.BooleanField("in several zones", null=True, blank=True)
    cluster = models.CharField(max_length=1024, blank=True)


class Address(Attachable, Resource):
    """One row is what only a reserved public IP address has."""

    ip = models.GenericIPAddressField("IP address", null=True, blank=True)

    objects = AddressQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name_plural = "addresses"


class LoadBalancer(Resource):
    """One row is what only a load balancer has."""

    balancer_type = models.CharField("type", max_length=64, blank=True)
    targets = models.PositiveIntegerField(null=True, blank=True)
    healthy_targets = models.PositiveIntegerField(null=True, blank=True)


class NatGateway(Resource):
    """One row is what only a NAT gateway has."""

    gateway_type = models.CharField(
        "type", max_length=64, blank=True, help_text="public, private; Standard."
    )
    public_ips = models.CharField(
        "public IPs", max_length=1024, blank=True, help_text="Joined by commas."
    )
    vpc_id = models.CharField("virtual network", max_length=1024, blank=True)
    subnets = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="That send through it. 0: it does nothing. Empty: unknown.",
    )

    objects = NatGatewayQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "NAT gateway"


class StateChange(models.Model):
    """One row is one change of a resource, as two syncs in a row saw it."""

    TERMINATED = "terminated"
    DELETED = "deleted"
    UNATTACHED = "unattached"

    class Field(models.TextChoices):
        STATE = "state", "State"
        INSTANCE_TYPE = "instance_type", "Instance type"
        MONITORING = "monitoring", "Monitoring"
        ATTACHED_TO = "attached_to", "Attached to"
        VOLUME_TYPE = "volume_type", "Volume type"
        SIZE_GIB = "size_gib", "Size, GiB"
        STORAGE_TIER = "storage_tier", "Storage tier"
        SOURCE_EXISTS = "source_exists", "Source exists"
        ACCESS_TIER = "access_tier", "Access tier"
        REDUNDANCY = "redundancy", "Redundancy"
        DATABASE_CLASS = "database_class", "Class"
        ENGINE_VERSION = "engine_version", "Engine version"
        STORAGE_GIB = "storage_gib", "Storage, GiB"
        IS_MULTI_ZONE = "is_multi_zone", "In several zones"

    resource = models.ForeignKey(
        Resource,
        models.CASCADE,
        related_name="changes",
        db_index=False,  # the natural key begins with it
    )
    run = models.ForeignKey(SyncRun, models.SET_NULL, null=True)
    at = models.DateTimeField(help_text="When the change was seen.")
    field = models.CharField(max_length=16, choices=Field.choices)
    old_value = models.CharField(
        max_length=LONGEST_VALUE, blank=True, help_text="Empty: first seen."
    )
    new_value = models.CharField(max_length=LONGEST_VALUE)

    objects = StateChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "field", "at", "new_value"],
                name="statechange_natural_key",
            ),
        ]
        indexes = [models.Index(fields=["-at", "-id"], name="statechange_newest")]

    def __str__(self) -> str:
        return f"{self.resource}: {self.field} {self.old_value} -> {self.new_value}"
