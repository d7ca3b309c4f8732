"""A volume is changed to what its recommendation names and prices."""

import pytest

from core.testing.aws_emulator import EmulatedAws, EmulatedVolume
from insights.recommendations.engine.alternatives import alternatives_of
from providers.acting import ActionKind
from providers.records import VolumeRecord
from providers.tests.aws_actions import REGION, acting, approved, run


@pytest.mark.parametrize(
    ("volume_type", "size_gib", "iops", "target"),
    [
        ("gp2", 100, 300, "gp3"),
        ("gp2", 170, 510, "gp3"),
        ("gp2", 500, 1500, "gp3"),
        ("gp2", 8000, 16_000, "gp3"),
        ("io1", 400, 1000, "gp3"),
        ("io1", 400, 8000, "gp3"),
        ("io1", 400, 32_000, "io2"),
    ],
)
def test_a_volume_gets_the_speed_that_its_recommendation_names(
    aws: EmulatedAws, volume_type: str, size_gib: int, iops: int, target: str
) -> None:
    volume = aws.world().add_volume(
        EmulatedVolume(
            *("vol-1", REGION), volume_type=volume_type, size_gib=size_gib, iops=iops
        )
    )
    source = acting(aws)
    action = approved(source, ActionKind.CHANGE_VOLUME_TYPE, "vol-1", target)
    record = source.look(action)
    assert isinstance(record, VolumeRecord)
    run(source, action)
    named = alternatives_of(record)[target]
    assert volume.iops == named["iops"]
    if target == "gp3":
        assert volume.throughput_mib == named["throughput_mib"]
