"""What pages say of a resource: its kind's own fields, with their labels."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, IntegerField
from django.utils.text import capfirst

from core.templatetags.formats import UNKNOWN, moment, size
from inventory.kinds import KIND_OF, KINDS, Kind
from inventory.models import Resource

# Fields that hold ids of other resources, and are shown as links to them.
LINKS = ("attached_to", "source_id")
# Shown in places of their own.
APART = {*LINKS, "bytes_by_tier"}
# What says nothing in a few words.
UNSAID = {*APART, "is_multi_zone", "source_exists"}
UNITS = {
    "size_gib": " GiB",
    "storage_gib": " GiB",
    "memory_mib": " GiB",
    "throughput_mib": " MiB/s",
    "vcpus": " vCPU",
    "iops": " IOPS",
    "object_count": " objects",
    "targets": " targets",
    "healthy_targets": " healthy",
    "subnets": " subnets",
}


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    label: str
    is_number: bool
    is_sorted_by: bool
    is_link: bool


def columns_of(kind: Kind, sortable: Collection[str]) -> list[Column]:
    return [
        Column(
            name,
            label_of(KINDS[kind].model, name),
            isinstance(KINDS[kind].model._meta.get_field(name), IntegerField),
            name in sortable,
            name in LINKS,
        )
        for name in KINDS[kind].columns
    ]


def label_of(model: type[Resource], name: str) -> str:
    field: Any = model._meta.get_field(name)
    label = str(field.verbose_name)
    # "vCPUs" has its capital where it belongs.
    return label if label[1:2].isupper() else capfirst(label)


def link_label(resource: Resource) -> str:
    """Return what it calls the resources that it names; "" where it has no field."""
    model = type(resource)
    own = KINDS[KIND_OF[model]].own_fields
    return next((label_of(model, name) for name in LINKS if name in own), "")


def text_of(resource: Resource, name: str) -> str:
    """Return a field's value as a page writes it."""
    value, field = getattr(resource, name), resource._meta.get_field(name)
    if value is None or value == "":
        return UNKNOWN
    if isinstance(field, BooleanField):
        return "Yes" if value else "No"
    if name.endswith("_at"):
        return moment(value)
    if name.endswith("_bytes"):
        return size(value)
    if name == "memory_mib":
        return f"{value / 1024:,g}"
    return f"{value:,}" if isinstance(field, IntegerField) else str(value)


def facts_of(resource: Resource) -> list[tuple[str, str]]:
    """Return label and text of each known field that only its kind has."""
    facts = (
        _fact(resource, name)
        for name in KINDS[KIND_OF[type(resource)]].own_fields
        if name not in APART
    )
    return [(label, text) for label, text in facts if text != UNKNOWN]


def _fact(resource: Resource, name: str) -> tuple[str, str]:
    """Return label and text of a field; a unit is with its number."""
    label, comma, _ = label_of(type(resource), name).partition(",")
    text = text_of(resource, name)
    return label, text + UNITS[name] if comma and text != UNKNOWN else text


def summary_of(resource: Resource) -> str:
    """Return what kind of one it is, in a few words: "gp3, 100 GiB"."""
    texts = (
        _with_unit(name, text_of(resource, name))
        for name in KINDS[KIND_OF[type(resource)]].columns
        if name not in UNSAID
    )
    return ", ".join(text for text in texts if text)


def _with_unit(name: str, text: str) -> str:
    return "" if text == UNKNOWN else text + UNITS.get(name, "")
