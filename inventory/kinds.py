"""Which resources there are: one table, from which everything else follows.

Another kind is another row here, a record of the providers, and a child of Resource
whose fields are called as the record's.
"""

from collections.abc import Collection
from dataclasses import dataclass

from inventory.models import (
    Address,
    Bucket,
    Database,
    Instance,
    LoadBalancer,
    NatGateway,
    Resource,
    Snapshot,
    StateChange,
    Volume,
)
from inventory.querysets import UNKNOWN
from providers.records import (
    AddressRecord,
    BucketRecord,
    DatabaseRecord,
    InstanceRecord,
    LoadBalancerRecord,
    NatGatewayRecord,
    ResourceRecord,
    SnapshotRecord,
    VolumeRecord,
)
from syncs.datasets import Dataset

Kind = Resource.Kind
Field = StateChange.Field


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTraits:
    dataset: Dataset
    record: type[ResourceRecord]
    model: type[Resource]
    tracked: Collection[Field]
    """Whose changes are recorded, beside the state's."""
    kept: Collection[str] = ()
    """What an answer may lack although it was given before."""
    sizes: tuple[str, ...] = ()
    """What an answer may lack, and stays known while the first of these is the same."""
    untold_state: str = UNKNOWN
    """The state of one of which its cloud tells none."""
    columns: Collection[str] = ()
    """Its own fields in a list of these."""

    @property
    def own_fields(self) -> list[str]:
        """Return the fields that only this kind has."""
        fields = self.model._meta.local_concrete_fields
        return [field.name for field in fields if not field.primary_key]


KINDS = {
    Kind.INSTANCE: KindTraits(
        dataset=Dataset.INSTANCES,
        record=InstanceRecord,
        model=Instance,
        tracked=(Field.INSTANCE_TYPE, Field.MONITORING),
        # EC2 tells less of a terminated instance than it gave before.
        kept=("instance_type", "operating_system", "tenancy", "monitoring"),
        sizes=("instance_type", "vcpus", "memory_mib"),
        columns=("instance_type", "vcpus", "memory_mib"),
    ),
    Kind.VOLUME: KindTraits(
        dataset=Dataset.STORAGE,
        record=VolumeRecord,
        model=Volume,
        tracked=(Field.VOLUME_TYPE, Field.SIZE_GIB, Field.ATTACHED_TO),
        columns=("volume_type", "size_gib", "iops", "attached_to"),
    ),
    Kind.SNAPSHOT: KindTraits(
        dataset=Dataset.STORAGE,
        record=SnapshotRecord,
        model=Snapshot,
        tracked=(Field.STORAGE_TIER, Field.SOURCE_EXISTS),
        columns=("size_gib", "storage_tier", "source_id", "source_exists"),
    ),
    Kind.BUCKET: KindTraits(
        dataset=Dataset.STORAGE,
        record=BucketRecord,
        model=Bucket,
        tracked=(Field.ACCESS_TIER, Field.REDUNDANCY),
        untold_state="present",  # S3 has no word for it
        # Sizes are metrics, which may be late or left out.
        kept=("bytes_by_tier", "object_count"),
        columns=("total_bytes", "object_count", "redundancy", "access_tier"),
    ),
    Kind.DATABASE: KindTraits(
        dataset=Dataset.DATABASES,
        record=DatabaseRecord,
        model=Database,
        tracked=(
            *(Field.DATABASE_CLASS, Field.ENGINE_VERSION),
            *(Field.STORAGE_GIB, Field.IS_MULTI_ZONE),
        ),
        columns=("engine", "database_class", "storage_gib", "is_multi_zone"),
    ),
    Kind.ADDRESS: KindTraits(
        dataset=Dataset.NETWORK,
        record=AddressRecord,
        model=Address,
        tracked=(Field.ATTACHED_TO,),
        columns=("ip", "attached_to"),
    ),
    Kind.NAT_GATEWAY: KindTraits(
        dataset=Dataset.NETWORK,
        record=NatGatewayRecord,
        model=NatGateway,
        tracked=(),
        columns=("gateway_type", "public_ips", "subnets"),
    ),
    Kind.LOAD_BALANCER: KindTraits(
        dataset=Dataset.NETWORK,
        record=LoadBalancerRecord,
        model=LoadBalancer,
        tracked=(),
        untold_state="present",  # classic ones have no state
        columns=("balancer_type", "targets", "healthy_targets"),
    ),
}
KIND_OF = {traits.model: kind for kind, traits in KINDS.items()}
DATASETS = list(dict.fromkeys(traits.dataset for traits in KINDS.values()))


def kinds_of(dataset: str) -> list[Kind]:
    """Return the kinds that are read together."""
    return [kind for kind, traits in KINDS.items() if traits.dataset == dataset]


def noun_of(kind: Kind, count: int) -> str:
    """Return what so many of the kind are called: of 1, volume; else volumes."""
    meta = KINDS[kind].model._meta
    return str(meta.verbose_name if count == 1 else meta.verbose_name_plural)
