"""From an anomaly to an approved action of the demo, and the saving on later bills."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from clouds.models import CloudAccount
from clouds.registry import CLOUDS
from core.testing.browser import HANGS_AFTER_MS, let_in
from dashboard.demo.company import catch_up, replay
from insights.models import Recommendation, Remediation
from insights.refresh.refresh_all import refresh
from insights.refresh.refresh_state import Part
from insights.remediation.execution import work_on
from insights.testing import anomaly, resource_of, somebody
from inventory.models import Instance
from providers.demo.company import STAGING
from syncs.models import SyncRun

pytestmark = pytest.mark.only_on("postgresql")
DAYS = 45


@pytest.fixture
def staging(transactional_db: None) -> CloudAccount:
    """The demo's smallest account, with its insights."""
    owner = CloudAccount.objects.create(
        provider="demo", account_id=STAGING, name="staging"
    )
    now = timezone.now()
    replay(owner, now, DAYS)
    refresh([owner], now, parts=[Part.RECOMMENDATIONS])
    return owner


def idle(owner: CloudAccount) -> Recommendation:
    live = Recommendation.objects.live().filter(account=owner, rule="idle")
    return live.largest_saving_first().select_related("resource")[0]


def weeks_later(owner: CloudAccount, weeks: int) -> None:
    """The demo as it is then, read and judged."""
    now = timezone.now() + timedelta(weeks=weeks)
    # What the action queued is read by no worker here.
    SyncRun.objects.end_active(timezone.now(), "Read by the test.")
    catch_up(owner, now)
    refresh([owner], now, parts=[Part.RECOMMENDATIONS])


def test_an_anomaly_becomes_an_action_whose_saving_is_verified(
    page: Page, browser: Browser, live_server: LiveServer, staging: CloudAccount
) -> None:
    advised = idle(staging)
    machine = resource_of(advised)
    (compute,) = CLOUDS["demo"].charged_under["instance"]
    row = anomaly(staging, service=compute, region=machine.region, is_over=False)
    let_in(page.context, somebody("operator", name="otto"), live_server.url)
    page.goto(f"{live_server.url}{row.get_absolute_url()}")
    panel = page.get_by_role("region", name="Actions")
    panel.get_by_label(f"Propose: Stop instance, {machine.name}").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text(f"Stop instance {machine.name}")
    action = Remediation.objects.get()
    work_on(action.pk)  # as a worker does
    expect(page.get_by_role("region", name="Dry run")).to_contain_text("would do it")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)

    approver = browser.new_context(base_url=live_server.url)
    approver.set_default_timeout(HANGS_AFTER_MS)
    let_in(approver, somebody("administrator", name="anna"), live_server.url)
    other = approver.new_page()
    other.goto(f"{live_server.url}/insights/remediation/?open=true")
    other.get_by_role("link", name=f"Stop instance {machine.name}").click()
    other.get_by_role("button", name="Approve").click()
    expect(other.get_by_role("heading", level=1)).to_contain_text("Approved")
    work_on(action.pk)
    expect(other.get_by_role("heading", level=1)).to_contain_text("Succeeded")
    expect(other.get_by_role("region", name="Result")).to_contain_text("did it")

    weeks_later(staging, 3)
    assert Instance.objects.get(pk=machine.pk).state == "stopped"
    other.goto(f"{live_server.url}{advised.get_absolute_url()}")
    saved = other.get_by_role("region", name="Savings verification")
    expect(saved).to_contain_text("Realized")
    approver.close()
