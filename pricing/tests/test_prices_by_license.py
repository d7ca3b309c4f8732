"""An instance has the price of its license, software and hardware, or none."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from clouds.models import CloudAccount
from clouds.testing import aws_account, azure_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import machine
from core.testing.aws_emulator.price_list import OWN_LICENSE, product
from core.testing.clock import NOW
from costs.models import BillSpan
from inventory.models import Instance
from inventory.sync import sync_ec2
from inventory.testing import instance
from pricing.currencies import currencies_of
from pricing.models import InstancePrice
from pricing.sync import sync_prices

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
TYPE, REGION = "m5.xlarge", "eu-west-1"
WINDOWS, SQL_SERVER = "Windows", "Windows with SQL Server Standard"
HOURLY = {  # what it runs, and on whose hardware -> dollars an hour
    ("Linux/UNIX", "default"): "0.192",
    ("Linux/UNIX", "dedicated"): "0.2036",
    ("Linux/UNIX", "host"): None,
    ("Red Hat Enterprise Linux", "default"): "0.252",
    ("SUSE Linux", "default"): "0.292",
    (WINDOWS, "default"): "0.376",
    ("Windows BYOL", "default"): "0.193",
    (SQL_SERVER, "default"): "0.856",
    (SQL_SERVER, "dedicated"): None,
    ("An OS of next year", "default"): None,
}
PRODUCTS = [
    product(TYPE, "0.192", REGION),
    product(TYPE, "0.2036", REGION, tenancy="Dedicated"),
    product(TYPE, "0.0001", REGION, tenancy="Host"),
    product(TYPE, "0.252", REGION, operatingSystem="RHEL"),
    product(TYPE, "0.292", REGION, operatingSystem="SUSE"),
    product(TYPE, "0.376", REGION, operatingSystem=WINDOWS),
    product(TYPE, "0.193", REGION, operatingSystem=WINDOWS, licenseModel=OWN_LICENSE),
    product(TYPE, "0.856", REGION, operatingSystem=WINDOWS, preInstalledSw="SQL Std"),
]


def test_each_has_its_own_list_price_or_none(aws: EmulatedAws, now: datetime) -> None:
    for number, (details, tenancy) in enumerate(HOURLY):
        aws.world().add_instance(
            machine(
                f"i-{number}",
                REGION,
                instance_type=TYPE,
                platform_details=details,
                tenancy=tenancy,
            )
        )
    aws.products = list(PRODUCTS)
    mine = aws_account()
    sync_ec2(mine, now)
    assert sync_prices(mine, now).error == ""
    instances = list(Instance.objects.select_related("account"))
    prices = InstancePrice.objects.of_instances(instances)
    found = {
        one.resource_id: prices[one.pk].hourly if one.pk in prices else None
        for one in instances
    }
    wanted = [usd and Decimal(usd) for usd in HOURLY.values()]
    assert [found[f"i-{number}"] for number in range(len(HOURLY))] == wanted


@pytest.mark.parametrize("lifecycle", ["spot", "scheduled", "capacity-block"])
def test_only_what_is_on_demand_is_billed_at_list_price(
    aws: EmulatedAws, now: datetime, lifecycle: str
) -> None:
    aws.world().add_instance(machine("i-1", instance_type=TYPE, lifecycle=lifecycle))
    aws.products = list(PRODUCTS)
    mine = aws_account()
    sync_ec2(mine, now)
    sync_prices(mine, now)
    stored = Instance.objects.select_related("account")
    assert InstancePrice.objects.of_instances(stored) == {}


def test_an_instance_of_an_unknown_system_has_no_price(
    aws: EmulatedAws, now: datetime
) -> None:
    """As those that were stored before the system was read."""
    aws.world().add_instance(machine("i-1", instance_type=TYPE))
    aws.products = list(PRODUCTS)
    mine = aws_account()
    sync_ec2(mine, now)
    sync_prices(mine, now)
    Instance.objects.update(operating_system="", tenancy="")
    stored = Instance.objects.select_related("account")
    assert InstancePrice.objects.of_instances(stored) == {}


def test_an_instance_has_the_price_in_the_currency_of_its_accounts_bill(
    billed_in: Callable[[CloudAccount, str], None],
) -> None:
    owner = azure_account()
    web = instance(owner, "web", instance_type="Standard_B2s")
    for currency, hourly in (("USD", "0.05"), ("EUR", "0.04")):
        InstancePrice.objects.create(
            provider="azure",
            region=web.region,
            operating_system=web.operating_system,
            tenancy=web.tenancy,
            instance_type=web.instance_type,
            currency=currency,
            hourly=Decimal(hourly),
            vcpus=2,
            memory_mib=4096,
            architecture="x86_64",
            is_current_generation=True,
            read_at=NOW,
        )
    for currency in ("USD", "EUR"):
        billed_in(owner, currency)
        found = InstancePrice.objects.of_instances([web])
        assert found[web.pk].currency == currency


def test_the_currency_of_an_account_is_that_of_its_newest_bill(
    billed_in: Callable[[CloudAccount, str], None],
) -> None:
    owner = azure_account()
    billed_in(owner, "EUR")
    BillSpan.objects.create(
        account=owner,
        currency="USD",
        first_day=NOW.date() - timedelta(days=400),
        last_day=NOW.date() - timedelta(days=31),
        days=370,
    )
    assert currencies_of([owner]) == {owner.pk: "EUR"}
