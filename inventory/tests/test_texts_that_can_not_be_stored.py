"""Names and tags that no database keeps are stored changed, and named in the run."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from clouds.testing import aws_account
from inventory.models import Instance
from inventory.sync import sync_ec2
from providers.aws.provider import AwsProvider
from providers.records import InstanceRecord, RegionResources
from syncs.testing import outcome

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
STRANGE = InstanceRecord(
    resource_id="i-1",
    region="eu-west-1",
    state="running",
    instance_type="m5.large" * 20,
    name="web\0" + "x" * 300,
    tags={"Name": "web\0", "te\ud800am": "blue", "plain": "ü 💸"},
)


def test_an_instance_with_such_texts_is_stored_among_the_others(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = InstanceRecord(
        resource_id="i-2",
        region="eu-west-1",
        state="running",
        instance_type="m5.large",
        name="plain",
    )

    def fetch_instances(*_: Any) -> Iterator[RegionResources]:
        yield RegionResources("eu-west-1", [STRANGE, plain])

    monkeypatch.setattr(AwsProvider, "fetch_instances", fetch_instances)
    mine = aws_account()
    for hours in (0, 1):
        status, error = outcome(sync_ec2(mine, now + timedelta(hours=hours)))
        assert status == "succeeded"
        assert "name of i-1, 'web" in error
        assert "tags of i-1, " in error
        assert "instance_type of i-1, " in error
        stored = Instance.objects.get(resource_id="i-1")
        assert len(stored.name) == 256
        assert len(stored.instance_type) == 64
        assert stored.tags["plain"] == "ü 💸"
        assert len(stored.tags) == 3
        assert Instance.objects.get(resource_id="i-2").name == "plain"
    # Nothing changed in between.
    assert stored.changes.count() == 1
