"""EBS volumes as they are described."""

import pytest

from core.testing.aws_emulator import EmulatedAws, EmulatedVolume
from core.testing.aws_emulator.resources import CREATED
from providers.aws.client import AwsAccount
from providers.aws.provider import AwsProvider
from providers.records import RegionResources, VolumeRecord


def read(region: str = "eu-west-1") -> RegionResources:
    found = {
        each.region: each for each in AwsProvider(AwsAccount()).fetch_storage(print)
    }
    return found[region]


def test_an_attached_volume_says_to_what(aws: EmulatedAws) -> None:
    aws.world().add_volume(
        EmulatedVolume(
            *("vol-1", "eu-west-1"),
            attached_to=["i-1"],
            tags={"Name": "data", "team": "shop"},
        )
    )
    assert read() == RegionResources(
        "eu-west-1",
        [
            VolumeRecord(
                resource_id="vol-1",
                region="eu-west-1",
                state="in-use",
                name="data",
                created_at=CREATED,
                tags={"Name": "data", "team": "shop"},
                volume_type="gp3",
                size_gib=100,
                iops=3000,
                throughput_mib=125,
                attached_to="i-1",
            )
        ],
    )


def test_a_volume_of_several_instances_names_all(aws: EmulatedAws) -> None:
    aws.world().add_volume(
        EmulatedVolume(
            "vol-1", "eu-west-1", volume_type="io2", attached_to=["i-2", "i-1"]
        )
    )
    (volume,) = read().resources
    assert isinstance(volume, VolumeRecord)
    assert volume.attached_to == "i-1,i-2"


@pytest.mark.parametrize("state", ["available", "creating", "error"])
def test_what_is_not_attached_has_what_the_cloud_leaves_out_unknown(
    aws: EmulatedAws, state: str
) -> None:
    aws.world().add_volume(
        EmulatedVolume(
            *("vol-1", "eu-west-1"),
            volume_type="standard",
            iops=None,
            throughput_mib=None,
            state=state,
        )
    )
    (volume,) = read().resources
    assert isinstance(volume, VolumeRecord)
    assert (volume.state, volume.attached_to, volume.name) == (state, "", "")
    assert (volume.iops, volume.throughput_mib, volume.tags) == (None, None, {})


def test_all_pages_of_each_region_are_read(aws: EmulatedAws) -> None:
    for number in range(12):
        region = "eu-west-1" if number < 7 else "us-east-1"
        aws.world().add_volume(EmulatedVolume(f"vol-{number}", region))
    aws.page_size["ec2:DescribeVolumes"] = 3
    told: list[str] = []
    found = list(AwsProvider(AwsAccount()).fetch_storage(told.append))
    assert {each.region: len(each.resources) for each in found} == {
        "eu-west-1": 7,
        "us-east-1": 5,
    }
    assert aws.requests["ec2:DescribeVolumes"] == 5
    assert "eu-west-1: 7 resources" in told
