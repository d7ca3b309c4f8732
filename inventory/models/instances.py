"""Virtual machines."""

from django.db import models

from inventory.models.resources import Resource
from inventory.querysets import InstanceQuerySet


class Instance(Resource):
    """One row is what only a virtual machine has, beside its Resource."""

    instance_type = models.CharField(max_length=64, blank=True)
    vcpus = models.PositiveIntegerField("vCPUs", null=True, blank=True)
    memory_mib = models.PositiveIntegerField("memory, MiB", null=True, blank=True)
    platform = models.CharField(
        max_length=64, blank=True, help_text="Empty for Linux, as EC2 has it."
    )
    lifecycle = models.CharField(
        "purchase option",
        max_length=32,
        help_text="on-demand, spot or capacity-block.",
    )
    launched_at = models.DateTimeField(null=True, blank=True)
    availability_zone = models.CharField(max_length=64, blank=True)
    image_id = models.CharField(max_length=64, blank=True)
    vpc_id = models.CharField(max_length=64, blank=True)
    private_ip = models.GenericIPAddressField("private IP", null=True, blank=True)
    public_ip = models.GenericIPAddressField("public IP", null=True, blank=True)

    # A child has its own manager, whatever the stubs say.
    objects = InstanceQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = [models.Index(fields=["instance_type"], name="instance_type")]

    @property
    def memory_gib(self) -> float | None:
        return None if self.memory_mib is None else self.memory_mib / 1024
