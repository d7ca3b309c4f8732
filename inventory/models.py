"""What runs: machines, and what changed about them."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from inventory.querysets import InstanceQuerySet, StateChangeQuerySet
from syncs.models import CloudAccount, SyncRun


class Instance(models.Model):
    """One virtual machine, as last seen. A sync never deletes it: it marks it gone."""

    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        related_name="instances",
        db_index=False,  # the natural key begins with it
    )
    instance_id = models.CharField(max_length=64)
    region = models.CharField(max_length=64)
    name = models.CharField(max_length=256, blank=True)
    state = models.CharField(max_length=32)
    instance_type = models.CharField(max_length=64, blank=True)
    platform = models.CharField(
        max_length=64, blank=True, help_text="Empty for Linux, as EC2 has it."
    )
    lifecycle = models.CharField(
        max_length=32, help_text="on-demand, spot or capacity-block."
    )
    availability_zone = models.CharField(max_length=64, blank=True)
    image_id = models.CharField(max_length=64, blank=True)
    vpc_id = models.CharField(max_length=64, blank=True)
    private_ip = models.GenericIPAddressField(null=True, blank=True)
    public_ip = models.GenericIPAddressField(null=True, blank=True)
    launched_at = models.DateTimeField(null=True, blank=True)
    vcpus = models.PositiveIntegerField("vCPUs", null=True, blank=True)
    memory_mib = models.PositiveIntegerField("memory, MiB", null=True, blank=True)
    tags = models.JSONField(default=dict, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    gone_since = models.DateTimeField(
        null=True, blank=True, help_text="Absent from a complete answer since then."
    )

    objects = InstanceQuerySet.as_manager()

    class Meta:
        ordering = ["account", "region", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "instance_id"], name="instance_natural_key"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "region", "name"], name="instance_order"),
            models.Index(fields=["instance_id"], name="instance_id"),
            models.Index(fields=["name"], name="instance_name"),
            # What the pickers of lists offer, and how many of each state there are.
            models.Index(fields=["region"], name="instance_region"),
            models.Index(fields=["instance_type"], name="instance_type"),
            models.Index(
                fields=["state"],
                condition=Q(gone_since__isnull=True),
                name="instance_present_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.instance_id})" if self.name else self.instance_id

    def get_absolute_url(self) -> str:
        return reverse("instance", args=[self.pk])

    @property
    def is_gone(self) -> bool:
        return self.gone_since is not None

    @property
    def memory_gib(self) -> float | None:
        return None if self.memory_mib is None else self.memory_mib / 1024


class StateChange(models.Model):
    """One change of a machine's state or type, as two readings in a row saw it."""

    GONE = "gone"

    class Field(models.TextChoices):
        STATE = "state", "State"
        INSTANCE_TYPE = "instance_type", "Instance type"

    instance = models.ForeignKey(Instance, models.CASCADE, related_name="changes")
    run = models.ForeignKey(SyncRun, models.SET_NULL, null=True)
    at = models.DateTimeField(help_text="When the change was seen.")
    field = models.CharField(max_length=16, choices=Field.choices)
    old_value = models.CharField(
        max_length=64, blank=True, help_text="Empty: first seen."
    )
    new_value = models.CharField(max_length=64)

    objects = StateChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "field", "at", "new_value"],
                name="statechange_natural_key",
            ),
        ]
        indexes = [models.Index(fields=["-at", "-id"], name="statechange_newest")]

    def __str__(self) -> str:
        return f"{self.instance}: {self.field} {self.old_value} -> {self.new_value}"
