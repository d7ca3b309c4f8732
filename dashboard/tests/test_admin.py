"""The admin of people, tokens and the schedule, and the sidebar of all."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from clouds.testing import account, see_all, see_only
from core.testing.clock import TODAY
from dashboard.admin_navigation import TABS
from inventory.testing import instance
from metrics.models import CpuMetric
from users.models import ApiToken, AuditEntry
from users.roles import assign_role
from users.tokens import make_token

pytestmark = pytest.mark.django_db

LISTS = [
    "auth_user",
    "auth_group",
    "users_apitoken",
    "django_celery_beat_periodictask",
    "django_celery_beat_intervalschedule",
    "django_celery_beat_crontabschedule",
]


@pytest.mark.parametrize("name", LISTS)
def test_each_list_and_its_form_open(name: str, admin_client: Client) -> None:
    page = admin_client.get(reverse(f"admin:{name}_changelist"))
    assert page.status_code == 200
    assert "unfold/css/styles.css" in page.content.decode()
    added = admin_client.get(reverse(f"admin:{name}_add"))
    assert added.status_code == (403 if name == "users_apitoken" else 200)


def test_a_user_is_made_with_a_password(admin_client: Client) -> None:
    password = "a long enough one"
    data = {"username": "ada", "usable_password": "true"}
    data |= {"password1": password, "password2": password}
    data |= {f"account_access-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}
    admin_client.post(reverse("admin:auth_user_add"), data)
    user = User.objects.get(username="ada")
    assert user.check_password(password)
    url = reverse("admin:auth_user_change", args=[user.pk])
    assert password not in admin_client.get(url).content.decode()


def test_a_token_is_revoked_here_and_never_shown(admin_client: Client) -> None:
    user = User.objects.create_user("robot")
    stored, token = make_token(user, days=1)
    page = admin_client.get(reverse("admin:users_apitoken_changelist"))
    assert stored.prefix in page.content.decode()
    assert token not in page.content.decode()
    url = reverse("admin:users_apitoken_delete", args=[stored.pk])
    admin_client.post(url, {"post": "yes"})
    assert not ApiToken.objects.exists()


def test_the_sidebar_leads_to_every_subject_and_back_to_the_pages(
    admin_client: Client,
) -> None:
    page = admin_client.get(reverse("admin:index")).content.decode()
    for name in ("summary", "costs", "instances", "cpu", "syncs"):
        assert f'href="{reverse(name)}"' in page, name
    for title in (
        "Accounts and syncs",
        "Inventory",
        "Utilization",
        "Users",
        "Archives",
    ):
        assert title in page
    assert f'href="{reverse("admin:metrics_cpumetric_changelist")}"' in page


@pytest.mark.parametrize(
    ("title", "shown"),
    [("Maximum up to 5%", {(2, 5)}), ("Average 80% and above", {(80, 90)})],
)
def test_a_tab_above_the_utilization_shows_what_it_names(
    title: str, shown: set[tuple[int, int]], admin_client: Client
) -> None:
    machine = instance(account(), "web")
    for number, (average, maximum) in enumerate(
        [(2, 5), (2, 5.1), (79.9, 90), (80, 90)]
    ):
        CpuMetric.objects.create(
            resource=machine,
            day=TODAY - timedelta(days=number),
            average_percent=average,
            maximum_percent=maximum,
        )
    query = urlencode(dict(TABS["metrics.cpumetric"])[title])
    page = admin_client.get(f"{reverse('admin:metrics_cpumetric_changelist')}?{query}")
    rows = page.context["cl"].result_list
    assert {(row.average_percent, row.maximum_percent) for row in rows} == shown


def test_the_sidebar_shows_only_what_a_person_may_view(client: Client) -> None:
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_syncrun"))
    client.force_login(user)
    page = client.get(reverse("admin:index")).content.decode()
    assert reverse("admin:syncs_syncrun_changelist") in page
    assert reverse("admin:costs_dailycost_changelist") not in page
    assert "People" not in page


TASKS = "admin:django_celery_beat_periodictask_changelist"


def scheduled(name: str, **given: object) -> PeriodicTask:
    often, _ = IntervalSchedule.objects.get_or_create(every=1, period="minutes")
    return PeriodicTask.objects.create(
        name=name, task="syncs.tasks.schedule_tick", interval=often, **given
    )


def test_tasks_that_begin_at_once_stand_beside_those_that_begin_later(
    admin_client: Client,
) -> None:
    scheduled("at once")
    scheduled("later", start_time=timezone.now())
    page = admin_client.get(reverse(TASKS))
    assert page.status_code == 200
    assert "at once" in page.content.decode()


def test_the_schedule_is_closed_to_who_is_limited_to_some_accounts(
    client: Client,
) -> None:
    user = User.objects.create_user("ada")
    assign_role(user, "administrator")
    see_only(user)
    task = scheduled("all accounts")
    client.force_login(user)
    asked = {"action": "disable_tasks", "_selected_action": [task.pk]}
    assert client.post(reverse(TASKS), asked).status_code == 403
    for name in LISTS[3:]:
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 403


def test_a_task_is_stopped_only_by_who_may_change_it_and_the_audit_log_says_who_did(
    client: Client,
) -> None:
    user = User.objects.create_user("ada", is_staff=True)
    see_all(user)
    user.user_permissions.add(Permission.objects.get(codename="view_periodictask"))
    client.force_login(user)
    task = scheduled("look")
    asked = {"action": "disable_tasks", "_selected_action": [task.pk]}
    client.post(reverse(TASKS), asked)
    task.refresh_from_db()
    assert task.enabled
    user.user_permissions.add(Permission.objects.get(codename="change_periodictask"))
    client.post(reverse(TASKS), asked)
    task.refresh_from_db()
    assert not task.enabled
    entry = AuditEntry.objects.get(action="periodictask.disable")
    assert (entry.user_name, entry.object_id) == ("ada", str(task.pk))
