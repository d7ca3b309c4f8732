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
# GiB of memory a vCPU, by the first letter of a family, but of these.
AWS_GIB_PER_VCPU = {"c": 2.0, "m": 4.0, "r": 8.0, "t": 4.0}
AWS_OTHERS = {"c3": 1.875, "c4": 1.875, "c5n": 2.625, "m3": 3.75}
AWS_OTHERS |= {"r3": 7.625, "r4": 7.625}
AWS_UNTOLD = {"c4.8xlarge", "c5n.9xlarge", "c5n.18xlarge"}
AZURE_GIB_PER_VCPU = {"D": 4.0, "E": 8.0, "F": 2.0}
# The largest have less memory than so many vCPUs.
AZURE_E_UNTOLD_FROM = 64
# Before it the number of a size counts sizes, but of F.
AZURE_FIRST_VERSION = re.compile(r"_v[3-9]$")
AZURE_F = re.compile(r"s_v[2-9]")


@dataclass(frozen=True, slots=True)
class Size:
    vcpus: int
    memory_gib: float


def size_by_name(instance_type: str) -> Size | None:
    """Return the size of "m5.xlarge", "db.r6g.large" or "Standard_D4s_v5"; None for
    names that do not tell it."""
    if azure := AZURE_NAME.fullmatch(instance_type):
        letter = azure["letters"][0]
        per_vcpu = AZURE_GIB_PER_VCPU.get(letter)
        # "8-4" has the memory of 8, of which 4 are used.
        whole, _, used = azure["size"].partition("-")
        is_large_e = letter == "E" and int(whole) >= AZURE_E_UNTOLD_FROM
        of_version = AZURE_F.fullmatch if letter == "F" else AZURE_FIRST_VERSION.search
        if per_vcpu is None or is_large_e or not of_version(azure["rest"]):
            return None
        return Size(int(used or whole), int(whole) * per_vcpu)
    name = instance_type.removeprefix("db.")
    return _aws(family_of(name), size_of(name))


def _aws(family: str, size: str) -> Size | None:
    if family in BURSTABLE and size in SMALL_GIB:
        return Size(2, SMALL_GIB[size])
    per_vcpu = AWS_OTHERS.get(family, AWS_GIB_PER_VCPU.get(family[:1]))
    vcpus = _vcpus(size)
    if vcpus is None or per_vcpu is None or f"{family}.{size}" in AWS_UNTOLD:
        return None
    return Size(vcpus, vcpus * per_vcpu)


def _vcpus(size: str) -> int | None:
    if size == "large":
        return 2
    found = XLARGE.fullmatch(size)
    return int(found[1] or 1) * 4 if found else None
