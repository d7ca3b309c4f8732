"""The roles: what each may do, and that they are there whenever they are needed."""

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import TransactionTestCase

from users.roles import DATA, Role, assign_role
from users.testing import person

pytestmark = pytest.mark.django_db


def codes(role: Role, *apps: str) -> set[str]:
    found = Group.objects.get(name=role).permissions.all()
    if apps:
        found = found.filter(content_type__app_label__in=apps)
    return set(found.values_list("codename", flat=True))


def test_a_viewer_may_look_at_everything_but_people_and_change_nothing() -> None:
    views = Permission.objects.filter(
        content_type__app_label__in=DATA, codename__startswith="view_"
    )
    assert codes(Role.VIEWER) == set(views.values_list("codename", flat=True))
    assert {"view_cloudaccount", "view_dailycost", "view_cpumetric"} <= codes(
        Role.VIEWER
    )
    assert "view_auditentry" not in codes(Role.VIEWER)


def test_an_operator_may_look_start_syncs_and_backfills_and_work_on_insights() -> None:
    more = codes(Role.OPERATOR) - codes(Role.VIEWER)
    worked_on = Permission.objects.filter(content_type__app_label="insights").exclude(
        codename__startswith="delete_"
    )
    views = {code for code in more if code.startswith("view_")}
    assert more - set(worked_on.values_list("codename", flat=True)) == {
        "acknowledge_notice",
        "add_metricpoint",
        "assign_resource",
        "make_backup",
        "publish_metrics",
        "start_sync",
        "start_backfill",
    }
    assert views == set()


def test_an_administrator_may_do_everything_of_ours_and_of_the_libraries() -> None:
    apps = (*DATA, "users", "auth", "axes", "django_celery_beat")
    everything = Permission.objects.filter(content_type__app_label__in=apps)
    assert codes(Role.ADMINISTRATOR, *apps) == set(
        everything.values_list("codename", flat=True)
    )
    assert codes(Role.ADMINISTRATOR, "admin") == {"view_logentry"}


def test_a_migration_tops_up_what_a_role_lacks() -> None:
    viewers = Group.objects.get(name=Role.VIEWER)
    before = viewers.permissions.count()
    viewers.permissions.clear()
    Group.objects.get(name=Role.OPERATOR).delete()
    call_command("migrate", verbosity=0)
    assert viewers.permissions.count() == before
    assert "start_sync" in codes(Role.OPERATOR)


def test_a_user_has_the_one_role_that_was_given_last() -> None:
    ada = User.objects.create_user("ada")
    finance = Group.objects.create(name="finance")
    ada.groups.add(finance)
    assert not ada.has_perm("costs.view_dailycost")
    assign_role(ada, "operator")
    assert ada.has_perm("syncs.start_sync")
    assign_role(ada, Role.VIEWER)
    assert not ada.has_perm("syncs.start_sync")
    assert set(ada.groups.values_list("name", flat=True)) == {"viewer", "finance"}


def test_only_an_administrator_is_let_into_the_admin_by_his_role() -> None:
    for role in Role:
        user = User.objects.create_user(role)
        assign_role(user, role)
        assert user.is_staff is (role == Role.ADMINISTRATOR)


def test_a_role_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="boss"):
        assign_role(User.objects.create_user("ada"), "boss")


class AfterAFlush(TransactionTestCase):
    def test_the_roles_are_there_again(self) -> None:
        call_command("flush", interactive=False, verbosity=0)
        assert "view_dailycost" in codes(Role.VIEWER)
        assert "start_sync" in codes(Role.OPERATOR)


def test_the_list_of_users_names_their_roles() -> None:
    column = site.get_model_admin(User).roles  # type: ignore[attr-defined]
    people = [
        *(person("viewer"), User.objects.create_user("nobody")),
        User.objects.create_superuser("ada"),
    ]
    assert [column(one) for one in people] == ["viewer", "no role", "superuser"]
