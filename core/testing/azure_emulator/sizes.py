"""Sizes of virtual machines: cores, memory, and dollars an hour of Linux on demand."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """One size, as the list of SKUs and the price list have it."""

    name: str
    vcpus: int
    memory_gb: float
    dollars_an_hour: float
    series: str
    vcpus_available: int = 0  # fewer than `vcpus` in a constrained size
    architecture: str = "x64"


SIZES = {
    size.name.lower(): size
    for size in (
        Size("Standard_B1s", 1, 1, 0.0104, "BS"),
        Size("Standard_B2ms", 2, 8, 0.0832, "BS"),
        Size("Standard_A1_v2", 1, 2, 0.043, "Av2"),
        Size("Standard_DS1_v2", 1, 3.5, 0.07, "DSv2"),
        Size("Standard_D2s_v5", 2, 8, 0.096, "Dsv5"),
        Size("Standard_D4s_v5", 4, 16, 0.192, "Dsv5"),
        Size("Standard_D8s_v5", 8, 32, 0.384, "Dsv5"),
        Size("Standard_E4s_v5", 4, 32, 0.252, "Esv5"),
        Size("Standard_E8-4s_v5", 8, 64, 0.504, "Esv5", vcpus_available=4),
        Size("Standard_F4s_v2", 4, 8, 0.169, "FSv2"),
        Size("Standard_D2ps_v5", 2, 8, 0.077, "Dpsv5", architecture="Arm64"),
    )
}
WINDOWS_AN_HOUR_AND_VCPU = 0.046  # what Windows costs beside the machine
DISK_A_DAY = 0.1584  # a small premium disk, which no state stops


def hourly_dollars(size_name: str, *, windows: bool) -> float:
    """The list price of an hour on demand."""
    size = SIZES[size_name.lower()]
    extra = WINDOWS_AN_HOUR_AND_VCPU * size.vcpus if windows else 0.0
    return size.dollars_an_hour + extra
