"""Instances of the API are also chosen by how hard they work."""

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import Permission, User

from clouds.testing import account, see_all
from core.testing.clock import NOW
from core.windows import last_complete_days
from inventory.testing import instance
from metrics.testing import store_cpu
from users.testing import ask, csv_of, refused, session_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def fleet() -> None:
    owner = account()
    for name, average in (("idle", 1.0), ("busy", 40.0)):
        store_cpu(instance(owner, name), last_complete_days(20, NOW), average)
    instance(owner, "unknown")


def names(**parameters: str) -> list[str]:
    return [row["name"] for row in ask("instances/", **parameters)["results"]]


@pytest.mark.usefixtures("fleet")
def test_instances_are_chosen_by_whether_they_are_idle() -> None:
    assert names(idle="true") == ["idle"]
    assert names(idle="false") == ["busy"]
    assert sorted(names()) == ["busy", "idle", "unknown"]
    file = csv_of("instances/", idle="true")
    assert "i-idle" in file
    assert "i-busy" not in file


@pytest.mark.usefixtures("fleet")
def test_instances_are_chosen_by_their_average() -> None:
    assert names(average_min="40") == ["busy"]
    assert names(average_max="40") == ["idle"]
    assert "average_min" in refused("instances/", average_min="half")


@pytest.mark.usefixtures("fleet")
def test_who_may_not_see_cpu_does_not_learn_of_it_by_a_filter() -> None:
    user = User.objects.create_user("machinist")
    see_all(user)
    user.user_permissions.add(Permission.objects.get(codename="view_instance"))
    client = session_of(user)
    assert client.get("/api/v1/instances/").status_code == 200
    for asked in ({"idle": "true"}, {"average_min": "5"}):
        response = client.get("/api/v1/instances/", asked)
        assert response.status_code == 403
        assert "metrics.view_cpumetric" in response.json()["detail"]
