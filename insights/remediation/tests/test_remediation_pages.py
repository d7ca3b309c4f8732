"""Pages: a button proposes, another user approves, and each sees what they may do."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from clouds.registry import CLOUDS
from clouds.testing import account
from core.testing.clock import NOW
from insights.models import Recommendation, Remediation
from insights.remediation import views
from insights.remediation.testing import FakeActing, proposed, running, worked_on
from insights.templatetags import remediation as panel
from insights.testing import anomaly, recommendation, resource_of, somebody
from syncs.models import SyncRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("acting")]

LIST = "/insights/remediation/"
PROPOSE = f"{LIST}propose/"


@pytest.fixture(autouse=True)
def acting_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (views, panel):
        monkeypatch.setattr(module, "acts_for", lambda account: True)


@pytest.fixture
def advised(acting: FakeActing) -> Recommendation:
    owner = account()
    return recommendation(owner, running(owner, acting))


def signed_in(role: str, name: str = "") -> Client:
    client = Client()
    client.force_login(somebody(role, name=name))
    return client


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_from_the_recommendation_to_the_approved_action(
    advised: Recommendation,
) -> None:
    olga, anna = signed_in("operator", "olga"), signed_in("administrator", "anna")
    page = text(olga, advised.get_absolute_url())
    assert "Propose: Stop instance, web" in page
    key = str(advised.pk)
    response = olga.post(PROPOSE, {"recommendation": key}, follow=True)
    row = worked_on(Remediation.objects.get())
    assert response.redirect_chain == [(row.get_absolute_url(), 302)]
    assert "A worker tries it without doing it." in response.content.decode()

    assert 'value="approve"' not in text(olga, row.get_absolute_url())
    assert 'value="approve"' in text(anna, row.get_absolute_url())
    decide = f"{row.get_absolute_url()}decide/"
    values = {"decision": "approve", "version": row.version, "note": "Fine."}
    assert olga.post(decide, values).status_code == 403
    assert anna.post(decide, values).status_code == 302
    assert worked_on(row).status == "succeeded"
    done = text(anna, row.get_absolute_url())
    assert "It is stopped." in done
    assert 'value="roll_back"' in done
    assert "Savings verification" in done
    assert "Propose: Stop" not in text(olga, advised.get_absolute_url())


def test_a_refused_decision_shows_why_and_keeps_the_note(
    advised: Recommendation,
) -> None:
    row = proposed(resource_of(advised))
    anna = signed_in("administrator", "ada")  # who proposed it
    assert "You proposed it" in text(anna, row.get_absolute_url())
    values = {"decision": "approve", "version": row.version, "note": "Mine."}
    response = anna.post(f"{row.get_absolute_url()}decide/", values)
    assert response.status_code == 409
    assert "another user has to approve it" in response.content.decode()
    assert ">Mine.</textarea>" in response.content.decode()


def test_a_refused_proposal_leads_back_with_the_reason(
    advised: Recommendation,
) -> None:
    proposed(resource_of(advised))
    olga = signed_in("operator")
    values = {"recommendation": str(advised.pk), "next": advised.get_absolute_url()}
    response = olga.post(PROPOSE, values, follow=True)
    assert response.redirect_chain == [(advised.get_absolute_url(), 302)]
    assert "is already proposed for it" in response.content.decode()
    response = olga.post(PROPOSE, {"next": "https://evil.example/"})
    assert response["Location"] == LIST


def test_an_anomaly_offers_what_saves_most_there(advised: Recommendation) -> None:
    region, account = resource_of(advised).region, advised.account
    (service, *_) = CLOUDS[account.provider].charged_under["instance"]
    row = anomaly(account, service=service, region=region)
    olga = signed_in("operator")
    assert "Propose: Stop instance, web" in text(olga, row.get_absolute_url())
    key = str(advised.pk)
    olga.post(PROPOSE, {"recommendation": key, "anomaly": str(row.pk)})
    assert Remediation.objects.get().anomaly == row
    elsewhere = anomaly(account, service="S3", region=region)
    assert "Propose:" not in text(olga, elsewhere.get_absolute_url())


@pytest.mark.parametrize("name", ["{id}", "arn:aws:ec2:eu:1:instance/{id}", "i-other"])
def test_an_anomaly_offers_only_what_its_lines_name(
    advised: Recommendation, name: str
) -> None:
    resource, account = resource_of(advised), advised.account
    (service, *_) = CLOUDS[account.provider].charged_under["instance"]
    cause = {
        **{"kind": "new", "resource": name.format(id=resource.resource_id)},
        **{"usage_type": "Box", "operation": "", "account": account.account_id},
        **{"service": service, "region": "", "amount": "9.00", "share": 1.0},
    }
    row = anomaly(account, service=service, line_causes=[cause])
    shown = text(signed_in("operator"), row.get_absolute_url())
    assert ("Propose: Stop instance, web" in shown) == (name != "i-other")


def test_a_resource_offers_what_is_recommended_and_what_is_possible(
    advised: Recommendation, acting: FakeActing
) -> None:
    olga = signed_in("operator")
    page = text(olga, resource_of(advised).get_absolute_url())
    assert page.count("Propose: Stop instance, web") == 1
    other = running(advised.account, acting, "db")
    values = {"resource": str(other.pk), "kind": "stop_instance"}
    assert "Propose: Stop instance, db" in text(olga, other.get_absolute_url())
    olga.post(PROPOSE, values)
    assert Remediation.objects.get().resource_id == other.pk


def test_a_resource_shows_recommendations_only_to_who_may_view_them(
    advised: Recommendation,
) -> None:
    Recommendation.objects.update(rule="schedule", evidence={"quiet_weekends": True})
    olga = somebody("operator", name="olga")
    client = Client()
    client.force_login(olga)
    address = resource_of(advised).get_absolute_url()
    assert "Stop and start by schedule: off weekends UTC" in text(client, address)
    group = olga.groups.get()
    group.permissions.remove(*group.permissions.filter(codename="view_recommendation"))
    page = text(client, address)
    assert "Stop and start by schedule" not in page
    assert "Propose: Stop instance, web" in page


def test_who_only_views_proposes_nothing(advised: Recommendation) -> None:
    viewer = signed_in("viewer")
    assert "Propose:" not in text(viewer, advised.get_absolute_url())
    values = {"recommendation": str(advised.pk)}
    assert viewer.post(PROPOSE, values).status_code == 403


def test_the_list_says_what_there_is_and_whether_acting_is_on(
    advised: Recommendation, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga = signed_in("operator")
    page = text(olga, LIST)
    assert "No actions" in page
    assert "Acting is on for 1 of 1 account." in " ".join(page.split())
    row = proposed(resource_of(advised))
    page = text(olga, LIST)
    assert f'href="{row.get_absolute_url()}"' in page
    assert "1 action<" in page
    assert "No matching actions" in text(olga, f"{LIST}?status=failed")
    assert "Invalid filters" in text(olga, f"{LIST}?status=eaten")
    monkeypatch.setattr(views, "acts_for", lambda account: False)
    assert "Acting is off for every account" in text(olga, LIST)


def test_the_list_helps_syncs_that_failed(advised: Recommendation) -> None:
    run = SyncRun.objects.create(
        account=advised.account,
        dataset="cost",
        status="failed",
        started_at=NOW,
        heartbeat_at=NOW,
    )
    olga = signed_in("operator")
    assert f"Restart sync: {run}" in text(olga, LIST)
    olga.post(PROPOSE, {"run": str(run.pk), "kind": "restart_sync"})
    assert Remediation.objects.get().status == "approved"
    assert "Syncs that failed" not in text(signed_in("viewer"), LIST)


def test_the_admin_shows_it_with_its_log(advised: Recommendation) -> None:
    row = proposed(resource_of(advised))
    anna = Client()
    anna.force_login(User.objects.get(username=somebody("administrator").username))
    at = f"/admin/insights/remediation/{row.pk}/change/"
    assert "DryRun flag is set" in text(anna, at)
    assert "Stop instance web" in text(anna, "/admin/insights/remediation/")
