"""How large an instance type is by its name, where nothing tells: databases, and the
types that an instance had before."""

import re
from dataclasses import dataclass

from providers.instance_types import AZURE as AZURE_NAME
from providers.instance_types import family_of, size_of

XLARGE = re.compile(r"(\d*)xlarge")
# Of these families each size below "large" has two vCPUs.
BURSTABLE = {"t3", "t3a", "t4g"}
SMALL_GIB = {"nano": 0.5, "micro": 1.0, "small": 2.0, "medium": 4.0}
# GiB of memory a vCPU, by the first letter of a family.
AWS_GIB_PER_VCPU = {"c": 2.0, "m": 4.0, "r": 8.0, "t": 4.0}
AZURE_GIB_PER_VCPU = {"D": 4.0, "E": 8.0, "F": 2.0}


@dataclass(frozen=True, slots=True)
class Size:
    vcpus: int
    memory_gib: float


def size_by_name(instance_type: str) -> Size | None:
    """Return the size of "m5.xlarge", "db.r6g.large" or "Standard_D4s_v5"; None for
    names that do not tell it."""
    if azure := AZURE_NAME.fullmatch(instance_type):
        per_vcpu = AZURE_GIB_PER_VCPU.get(azure["letters"][0])
        # "8-4" has the memory of 8, of which 4 are used.
        whole, _, used = azure["size"].partition("-")
        # Before the third version the number counts sizes.
        is_told = re.search(r"_v[2-9]$", azure["rest"]) and azure["rest"][0] != "S"
        if per_vcpu is None or not is_told or azure["letters"].startswith("DS"):
            return None
        return Size(int(used or whole), int(whole) * per_vcpu)
    name = instance_type.removeprefix("db.")
    return _aws(family_of(name), size_of(name))


def _aws(family: str, size: str) -> Size | None:
    if family in BURSTABLE and size in SMALL_GIB:
        return Size(2, SMALL_GIB[size])
    per_vcpu = AWS_GIB_PER_VCPU.get(family[:1])
    vcpus = _vcpus(size)
    if vcpus is None or per_vcpu is None:
        return None
    return Size(vcpus, vcpus * per_vcpu)


def _vcpus(size: str) -> int | None:
    if size == "large":
        return 2
    found = XLARGE.fullmatch(size)
    return int(found[1] or 1) * 4 if found else None
