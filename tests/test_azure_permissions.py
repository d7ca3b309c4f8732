"""README's roles and check_access are the same, and enough for the syncs."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from clouds.testing import azure_account
from core.testing.azure_emulator import EmulatedAzure

pytestmark = pytest.mark.django_db


def test_all_ask_for_the_same_roles(
    azure: EmulatedAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: azure.now)
    readme = Path(settings.BASE_DIR, "README.md").read_text()
    (loop,) = re.findall(r"for ROLE in (.*?); do", readme)
    roles = set(re.findall(r'"(.*?)"', loop))
    shop = azure.world.add_subscription()
    shop.add_vm("web")
    azure_account(shop.subscription_id)
    call_command("check_access", stdout=(out := StringIO()))
    tried = re.findall(r"^  ok +(.+?) \(Microsoft\.", out.getvalue(), re.MULTILINE)
    assert set(tried) == roles
    assert "  missing" not in out.getvalue()


def test_a_missing_role_is_named_with_its_scope(
    azure: EmulatedAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: azure.now)
    shop = azure.world.add_subscription()
    azure_account(shop.subscription_id)
    azure.deny("Microsoft.CostManagement/query/read")
    with pytest.raises(Exception, match="1 required permission missing"):
        call_command("check_access", stdout=(out := StringIO()))
    text = out.getvalue()
    assert "missing   Cost Management Reader" in text
    assert f"on /subscriptions/{shop.subscription_id}" in text
