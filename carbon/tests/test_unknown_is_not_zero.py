"""What has no figure, or was not measured, has no amount, and says why."""

import csv
from dataclasses import replace

import pytest

from carbon.engine import storage
from carbon.engine.estimate import ResourceDay, Stored, Unknown, estimate
from carbon.engine.figures import DATA, grid_kg_per_kwh, processor_of
from carbon.engine.sizes import Size, size_by_name

MACHINE = ResourceDay(
    cloud="aws",
    region="eu-west-1",
    instance_type="m6i.large",
    vcpus=2,
    memory_gib=8,
    cpu_percent=10,
    hours=24,
)


def test_a_type_without_figures_is_unknown() -> None:
    found = estimate(replace(MACHINE, instance_type="p5.48xlarge"))
    assert (found.unknown, found.kwh, found.operational_kg) == (
        Unknown.TYPE,
        None,
        None,
    )


def test_a_day_without_a_measured_cpu_is_unknown() -> None:
    found = estimate(replace(MACHINE, cpu_percent=None, hours=None))
    assert (found.unknown, found.kwh) == (Unknown.CPU, None)


def test_a_machine_that_was_off_uses_nothing() -> None:
    found = estimate(replace(MACHINE, cpu_percent=None, hours=0.0))
    assert (found.unknown, found.kwh, found.operational_kg) == (None, 0, 0)


def test_of_a_region_without_a_figure_the_energy_is_known() -> None:
    found = estimate(replace(MACHINE, region="ap-southeast-3"))
    assert found.kwh == estimate(MACHINE).kwh
    assert (found.unknown, found.operational_kg) == (Unknown.REGION, None)


def test_of_a_newer_server_the_embodied_part_is_unknown() -> None:
    newer = estimate(replace(MACHINE, instance_type="m7i.large"))
    assert newer.embodied_kg is None
    assert newer.operational_kg is not None


def test_a_disk_without_a_size_is_unknown() -> None:
    disk = ResourceDay(cloud="aws", region="eu-west-1", is_machine=False)
    assert estimate(disk).unknown is Unknown.SIZE


def test_storage_is_measured_by_its_copies_and_disks() -> None:
    ssd = storage.volume("aws", "gp3", 1000)
    hdd = storage.volume("azure", "Standard_LRS", 1000)
    assert ssd == Stored(1000 * 2**30, 2, is_ssd=True)
    assert hdd == Stored(1000 * 2**30, 3, is_ssd=False)
    found = estimate(
        ResourceDay(cloud="aws", region="eu-west-1", is_machine=False, stored=ssd)
    )
    assert found.storage_kwh == pytest.approx(1.073741824 * 2 * 0.0012 * 24)
    assert found.embodied_kg is None


def test_a_database_has_copies_in_its_zones_and_the_disks_of_its_type() -> None:
    def stored(cloud: str, engine: str, disk: str) -> Stored | None:
        return storage.database(cloud, engine, disk, 10.0, 2)

    size = 10 * 2**30
    assert stored("aws", "postgres", "gp3") == Stored(size, 2, is_ssd=True)
    assert stored("aws", "postgres", "standard") == Stored(size, 2, is_ssd=False)
    assert stored("aws", "aurora-mysql", "aurora") == Stored(size, 6, is_ssd=True)
    assert stored("azure", "mysql", "") == Stored(size, 3, is_ssd=True)
    assert storage.database("aws", "postgres", "gp3", None, 1) is None


def test_one_zone_of_s3_and_reduced_redundancy_have_two_copies() -> None:
    tiers = {
        "StandardStorage": 9.0,
        "OneZoneIAStorage": 3.0,
        "ReducedRedundancyStorage": 6.0,
    }
    found = storage.bucket("aws", "", 18.0, tiers)
    assert found is not None
    assert found.byte_count * found.copies == 9 * 6 + 9 * 2
    assert storage.bucket("azure", "Standard_RAGRS", 5.0, {}) == Stored(5.0, 6, False)
    assert storage.bucket("aws", "", None, {}) is None


def test_a_database_in_two_zones_is_two_machines() -> None:
    one = replace(
        MACHINE, instance_type="db.r6g.large", vcpus=None, memory_gib=None, machines=1
    )
    single, double = estimate(one).kwh, estimate(replace(one, machines=2)).kwh
    assert single is not None
    assert double == pytest.approx(2 * single)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("m5.xlarge", Size(4, 16)),
        ("db.r6g.4xlarge", Size(16, 128)),
        ("t3.micro", Size(2, 1)),
        ("m5.metal", None),
        ("db.serverless", None),
        ("Standard_D4s_v5", Size(4, 16)),
        ("Standard_E8-4ds_v5", Size(4, 64)),
        ("db.r4.xlarge", Size(4, 30.5)),
        ("c4.8xlarge", None),
        ("Standard_F8s_v2", Size(8, 16)),
        ("Standard_E64s_v3", None),
        ("Standard_D11_v2", None),
        ("Standard_DS11_v2", None),
        ("Standard_B2ms", None),
        ("GP_Gen5_2", None),
        ("", None),
    ],
)
def test_a_size_is_told_by_a_name_or_unknown(name: str, size: Size | None) -> None:
    assert size_by_name(name) == size


@pytest.mark.parametrize("name", ["grid.csv", "processors.csv", "families.csv"])
def test_each_figure_names_its_source(name: str) -> None:
    with (DATA / name).open(newline="") as file:
        assert all(row["source"] for row in csv.DictReader(file))


def test_every_family_has_figures_and_no_region_is_zero() -> None:
    assert processor_of("aws", "m5.large") == processor_of("aws", "db.m5.large")
    assert processor_of("azure", "Standard_D2s_v5") is not None
    assert processor_of("azure", "Standard_B2ms") is None
    assert grid_kg_per_kwh("azure", "germanywestcentral") == 0.402
    assert grid_kg_per_kwh("azure", "finlandcentral") == 0.077
    assert grid_kg_per_kwh("azure", "norwayeast") is None
