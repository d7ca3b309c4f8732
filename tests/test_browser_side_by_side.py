"""Two people at two browsers change one budget, and neither change is lost unseen."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from core.testing.browser import HANGS_AFTER_MS, let_in
from insights.models import Budget
from insights.testing import budget
from users.models import AuditEntry

pytestmark = pytest.mark.only_on("postgresql")


def save(page: Page, amount: str) -> None:
    page.get_by_label("Monthly amount").fill(amount)
    page.get_by_role("button", name="Save").click()


def test_who_saves_last_is_told_and_loses_nothing(
    page: Page, browser: Browser, live_server: LiveServer
) -> None:
    address = f"{budget().get_absolute_url()}change/"
    with browser.new_context(base_url=live_server.url) as context:
        other = context.new_page()
        other.set_default_timeout(HANGS_AFTER_MS)
        for one, name in ((page, "ada"), (other, "ben")):
            let_in(one.context, User.objects.create_superuser(name), live_server.url)
            one.goto(address)
        save(page, "200")
        expect(page.get_by_text("saved.")).to_be_visible()
        save(other, "300")
        expect(other.get_by_role("alert")).to_contain_text("Somebody else has changed")
        expect(other.get_by_label("Monthly amount")).to_have_value("300")
        assert Budget.objects.get().amount == 200
        other.goto(address)
        expect(other.get_by_label("Monthly amount")).to_have_value("200.00")
        save(other, "300")
        expect(other.get_by_text("saved.")).to_be_visible()
    assert Budget.objects.get().amount == 300
    changes = AuditEntry.objects.filter(action="budget.change").order_by("id")
    assert [(one.user_name, one.details["amount"]) for one in changes] == [
        ("ada", ["100.00", "200.00"]),
        ("ben", ["200.00", "300.00"]),
    ]
