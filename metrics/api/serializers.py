"""Utilization as the API answers it: percent of vCPUs, bytes of a day."""

from typing import Any

from rest_framework import serializers

from inventory.models import Resource
from metrics.models import CpuMetric, MemoryMetric, NetworkMetric, UsageMetric


class CpuMetricSerializer(serializers.ModelSerializer[CpuMetric]):
    """The CPU of one instance, or of a database, on one UTC day."""

    instance_id = serializers.CharField(source="resource.resource_id")
    kind = serializers.CharField(source="resource.kind")
    name = serializers.CharField(source="resource.name")

    class Meta:
        model = CpuMetric
        fields = [
            *("instance_id", "kind", "name", "day"),
            *("average_percent", "maximum_percent", "p99_percent", "samples"),
        ]


class MemoryMetricSerializer(serializers.ModelSerializer[MemoryMetric]):
    """How much of an instance's or a database's memory was used on one UTC day."""

    instance_id = serializers.CharField(source="resource.resource_id")
    kind = serializers.CharField(source="resource.kind")
    name = serializers.CharField(source="resource.name")

    class Meta:
        model = MemoryMetric
        fields = [
            *("instance_id", "kind", "name", "day"),
            *("average_percent", "maximum_percent"),
        ]


class NetworkMetricSerializer(serializers.ModelSerializer[NetworkMetric]):
    """What one instance received and sent on one UTC day."""

    instance_id = serializers.CharField(source="resource.resource_id")
    name = serializers.CharField(source="resource.name")

    class Meta:
        model = NetworkMetric
        fields = ["instance_id", "name", "day", "in_bytes", "out_bytes"]


class UsageMetricSerializer(serializers.ModelSerializer[UsageMetric]):
    """How much one resource was used on one UTC day, by one metric.

    What there is at a time has an average and a maximum, what is counted a total.
    """

    resource_id = serializers.CharField(source="resource.resource_id")
    kind = serializers.CharField(source="resource.kind")
    name = serializers.CharField(source="resource.name")

    class Meta:
        model = UsageMetric
        fields = [
            *("resource_id", "kind", "name", "day"),
            *("metric", "average", "maximum", "total"),
        ]


class PercentPointSerializer(serializers.Serializer[Any]):
    """One UTC day in percent; null where that statistic was not asked for."""

    day = serializers.DateField()
    average = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField(allow_null=True)


class PercentTrendSerializer(serializers.ModelSerializer[Resource]):
    """Days of an instance or a database in order; one without data has no point."""

    instance_id = serializers.CharField(source="resource_id")
    points = PercentPointSerializer(many=True)

    class Meta:
        model = Resource
        fields = ["instance_id", "name", "points"]
