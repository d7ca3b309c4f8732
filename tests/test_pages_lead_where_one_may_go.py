"""A page offers who looks at it what they may do, all of it, and nothing else."""

import re
from collections.abc import Iterable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import ResolverMatch, resolve

from clouds.testing import see_all
from tests.addresses import closed
from tests.every_page import pages, text_of
from tests.two_accounts import HIDDEN_KEY, two_accounts
from users.roles import Role, assign_role

pytestmark = pytest.mark.django_db
# Links, and forms that change something.
OFFERED = re.compile(r'<a\b[^>]*href="(/[^"?#]*)|<form\b[^>]*action="(/[^"?#]*)')
# Offered by mails, to programs, by buttons that name their address, in a state that no
# row here has, or for a kind of resource of which none is here.
NOT_OFFERED = {
    *("act", "act-on-notice", "add-route", "cancel-backfill", "cancel-reread"),
    *("change-view", "delete-view", "cost-changes-table", "cost-changes-workbook"),
    *("costs-json", "costs-table", "costs-workbook", "teams-table", "teams-workbook"),
    *("costs.api.views.DailyCostViewSet", "metrics.api.views.CpuMetricViewSet"),
    *("monitoring.database.api.database_status", "syncs.runs.api.StartSyncView"),
    *("monitoring.metrics.views.history", "teams-uncovered", "disable-person"),
    *("monitoring.prometheus.exposition.metrics", "enable-person", "finding"),
    *("forecast", "invitation", "mcp", "pause-backfill", "propose-remediation"),
    *("rate-answer", "remove-channel", "remove-digest", "remove-route", "reread"),
    *("revoke-token", "run-retention", "sign-in-link", "start-backfill"),
    *("start-reread", "test-channel", "verify-backup", "wall", "wall-link"),
    *("address", "bucket", "database", "load-balancer", "nat-gateway", "resource"),
    *("snapshot", "volume"),
}


@pytest.fixture(scope="module")
def filled(module_db: None) -> None:
    two_accounts()


def offered(texts: Iterable[str]) -> set[str]:
    """Return where pages lead to, but for the admin, which Django offers."""
    found = {one or other for text in texts for one, other in OFFERED.findall(text)}
    return {at for at in found if not at.startswith(("/admin/", "/static/", "/api/"))}


def asked(client: Client, address: str) -> int:
    """Return what a method that changes nothing is answered, rights first."""
    return client.options(address).status_code


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_nothing_is_offered_to_whom_it_is_refused(
    filled: None, client: Client, role: Role
) -> None:
    user = User.objects.create_user(role.value)
    assign_role(user, role)
    see_all(user)
    client.force_login(user)
    own = [at for at in pages() if not at.startswith(("/admin/", "/api/"))]
    answers = {at: client.get(at) for at in own}
    texts = {at: text_of(one) for at, one in answers.items() if one.status_code == 200}
    assert len(texts) > 40
    places = {to: at for at, text in texts.items() for to in offered([text])}
    assert len(places) > 40
    refused = [(at, to) for to, at in places.items() if asked(client, to) == 403]
    assert refused == []


def test_everything_is_offered_to_who_may_do_everything(filled: None) -> None:
    found = {name_of(resolve(at)) for at in offered(pages().values())}
    rooms = {name_of(resolve(at)) for at in closed(HIDDEN_KEY) if is_ours(at)}
    assert rooms - found <= NOT_OFFERED


def is_ours(address: str) -> bool:
    return not address.startswith(("/admin/", "/api/"))


def name_of(match: ResolverMatch) -> str:
    return match.view_name or match._func_path
