"""What a list of resources offers to choose from.

It is counted over all resources, and again only when some are read again.
"""

from dataclasses import astuple, dataclass
from typing import Any

from clouds.access import AnyUser
from clouds.versions import data_version
from core.api.cache import computed_once, key_of
from inventory.breakdowns import Part, breakdown
from inventory.kinds import DATASETS, KINDS, Kind
from inventory.models import Instance, Resource
from inventory.querysets import ResourceQuerySet
from inventory.tags import count_tag_keys, count_tag_values

CACHED_AS = "list-options"


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What the resources of a kind, or of all kinds, have that a user may see.

    `counts` is of all kinds, in each state. `tag_keys` is as count_tag_keys returns it.
    All but regions, groups and types are of present resources.
    """

    resources: ResourceQuerySet
    version: str
    kind: Kind | None
    counts: dict[tuple[str, str], int]
    regions: list[str]
    groups: list[str]
    instance_types: list[str]
    tag_keys: dict[str | None, int]
    parts: list[Part]

    @property
    def states(self) -> dict[str, int]:
        """Return how many are in each state, the most frequent first."""
        counts: dict[str, int] = {}
        for (kind, state), count in self.counts.items():
            if self.kind in (None, kind):
                counts[state] = counts.get(state, 0) + count
        return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))

    def tag_values(self, key: str) -> dict[str | None, int]:
        """Return count_tag_values of those that are present."""
        return dict(
            computed_once(
                key_of(self.version, [CACHED_AS, self.kind, key]),
                CACHED_AS,
                lambda: [*count_tag_values(self.resources.present(), key).items()],
            )
        )


def list_options(user: AnyUser, kind: Kind | None) -> ListOptions:
    """Return what a list of these resources offers. One query, and six more where the
    cache lacks it."""
    version = data_version(user, *DATASETS)
    seen = Resource.objects.visible_to(user)
    rows = seen.filter(kind=kind) if kind else seen
    counts, regions, groups, types, tag_keys, parts = computed_once(
        key_of(version, [CACHED_AS, kind]),
        CACHED_AS,
        lambda: _computed(user, seen, rows, kind),
    )
    return ListOptions(
        rows,
        version,
        kind,
        {(of, state): count for of, state, count in counts},
        regions,
        groups,
        types,
        dict(tag_keys),
        [Part(*part) for part in parts],
    )


def _computed(
    user: AnyUser, seen: ResourceQuerySet, rows: ResourceQuerySet, kind: Kind | None
) -> list[Any]:
    """Return it as JSON has it."""
    counts = seen.present().count_per_kind_and_state()
    is_of_instances = kind == Kind.INSTANCE
    types, parts = [], []
    if is_of_instances:
        types = Instance.objects.visible_to(user).values_of("instance_type")
    elif kind:
        of_kind = KINDS[kind].model._default_manager.all()
        states = {state: n for (of, state), n in counts.items() if of == kind}
        parts = breakdown(kind, of_kind.visible_to(user), states)
    return [
        [(*key, count) for key, count in counts.items()],
        rows.values_of("region"),
        rows.values_of("resource_group"),
        types,
        [*count_tag_keys(rows.present()).items()],
        [astuple(part) for part in parts],
    ]
