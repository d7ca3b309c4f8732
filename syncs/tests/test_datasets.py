"""The table of datasets, and clouds that do not offer all of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.module_loading import import_string

from clouds.models import CloudAccount
from clouds.registry import CLOUDS, Cloud, CloudKind, offers
from clouds.testing import aws_account
from core.testing.aws_emulator.builders import ACCOUNT, OTHER
from providers.base import InventorySource, MetricSource, Progress
from providers.meter import Meter
from providers.records import RegionResources
from providers.settings import ProviderSettings
from syncs.datasets import Dataset, datasets_of, why_not
from syncs.runs.claims import Refused, claim
from syncs.runs.freshness import freshness
from syncs.scheduler.due import due
from syncs.testing import OF_AWS
from users.testing import operator

pytestmark = pytest.mark.django_db


@dataclass
class InventoryOnly:
    """A provider of a cloud that tells what runs, and nothing else."""

    meter: Meter = field(default_factory=Meter)

    def fetch_instances(self, progress: Progress) -> Iterator[RegionResources]:
        yield RegionResources("here")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> CloudAccount:
    """An account of that cloud."""
    cloud = Cloud(
        provider=InventoryOnly,
        settings=ProviderSettings,
        check_account_id=lambda account_id: None,
        connect=lambda account, now: InventoryOnly(),
    )
    monkeypatch.setitem(CLOUDS, CloudKind.DEMO, cloud)
    return aws_account(provider=CloudKind.DEMO, name="small")


def test_every_row_is_whole() -> None:
    for dataset in Dataset:
        traits = dataset.traits
        assert callable(import_string(traits.task)), "a task that workers know"
        order = list(Dataset)
        assert all(order.index(one) < order.index(dataset) for one in dataset.after)
        assert any(
            issubclass(cloud.provider, traits.capability) for cloud in CLOUDS.values()
        )
        if dataset.has_window:
            assert callable(getattr(traits.capability, traits.window))
            assert dataset.first_days > 0
            assert dataset.restatement_days >= 0


def test_a_member_has_all_but_the_bill() -> None:
    payer = aws_account(is_payer=True)
    member = aws_account(OTHER, payer=payer)
    assert datasets_of(payer) == OF_AWS
    assert set(OF_AWS) - set(datasets_of(member)) == {Dataset.COST}
    assert str(payer) in why_not(member, Dataset.COST)


def test_what_a_cloud_lacks_is_not_offered_and_never_due_late_or_failing(
    small: CloudAccount, now: datetime
) -> None:
    assert not offers(small, MetricSource)
    assert offers(small, InventorySource)
    assert datasets_of(small) == [Dataset.INSTANCES]
    assert [one.dataset for one in due([small], now)] == [Dataset.INSTANCES]
    assert [one.dataset for one in freshness([small], now)] == [Dataset.INSTANCES]
    with pytest.raises(Refused, match="^CPU and network: not offered by Demo AWS.$"):
        claim(small, Dataset.CPU, now)


def test_the_commands_read_what_there_is_and_refuse_the_rest_by_name(
    small: CloudAccount,
) -> None:
    out = StringIO()
    call_command("sync", stdout=out)
    (line,) = out.getvalue().splitlines()
    assert line.startswith(f"{ACCOUNT} instances: succeeded")
    with pytest.raises(CommandError, match="not offered by Demo AWS") as refused:
        call_command("sync_cpu", "--account", ACCOUNT)
    assert refused.value.returncode == 2
    call_command("check_access", stdout=out)
    assert "Checking access is not offered by Demo AWS." in out.getvalue()


def test_the_api_refuses_it_and_the_page_says_so(
    small: CloudAccount, admin_client: Client
) -> None:
    answer = operator().post("/api/v1/sync/cpu/", {"account": ACCOUNT})
    assert answer.status_code == 400
    assert answer.json()["errors"] == {
        "account": ["CPU and network: not offered by Demo AWS."]
    }
    page = admin_client.get("/syncs/").content.decode()
    assert page.count("not offered by Demo AWS") == len(Dataset) - 1
