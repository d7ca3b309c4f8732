"""The admin of list prices: to look at, not to change."""

import pytest
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW
from inventory.testing import instance
from pricing.models import InstancePrice, PricedFamily, ResourcePrice
from pricing.sync import sync_prices
from pricing.testing import price
from providers.demo.company import PRODUCTION
from providers.records import PriceUnit
from users.testing import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def prices() -> None:
    owner = account(int(PRODUCTION))
    CloudAccount.objects.update(provider="demo")
    instance(owner, "web", instance_type="m5.large")
    owner.refresh_from_db()
    sync_prices(owner, NOW)
    price("address", "idle", PriceUnit.HOUR, "0.005")


@pytest.mark.parametrize("model", [InstancePrice, PricedFamily, ResourcePrice])
def test_lists_and_pages_answer_and_nothing_is_deleted(
    admin_client: Client, model: type[InstancePrice | PricedFamily | ResourcePrice]
) -> None:
    name = model._meta.model_name
    row = model.objects.all()[0]
    assert admin_client.get(f"/admin/pricing/{name}/").status_code == 200
    path = f"/admin/pricing/{name}/{row.pk}"
    assert admin_client.get(f"{path}/change/").status_code == 200
    assert admin_client.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk).exists()


def test_every_role_may_look_at_them() -> None:
    for role in ("viewer", "operator", "administrator"):
        permissions = ("pricing.view_instanceprice", "pricing.view_resourceprice")
        assert person(role).has_perms(permissions)
