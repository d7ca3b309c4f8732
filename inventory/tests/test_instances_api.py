"""What the API answers about instances: one instance, lists, and each filter."""

import csv
import io
import json
from datetime import timedelta

import pytest

from clouds.testing import account
from core.testing.clock import NOW
from inventory.models import Instance, StateChange
from inventory.testing import instance
from users.testing import ask, csv_of, refused, viewer

pytestmark = pytest.mark.django_db


def names(**parameters: object) -> list[str]:
    return [row["name"] for row in ask("instances/", **parameters)["results"]]


ODD_TAGS = {"arn:x": "arn:aws:iam::1:role/a=b", 'say "hi"': "100%"}


@pytest.fixture
def fleet() -> None:
    owner, other = account(501), account(502, "staging")
    instance(owner, "web", tags={"team": "shop", "aws:stack": "a=b"})
    instance(owner, "job", state="stopped", tags={"team": "data", "3": "three"})
    instance(
        owner, "db", instance_type="r6i.large", private_ip="10.0.0.7", tags=ODD_TAGS
    )
    instance(other, "old", gone_since=NOW, region="us-east-1", tags={"a.b": ""})


def test_an_instance_is_called_by_its_name_and_its_id_or_by_its_id_alone() -> None:
    one = instance(account(), "web")
    assert str(one) == "web (i-web)"
    one.name = ""
    assert str(one) == "i-web"


def test_one_instance_with_its_history_the_newest_change_first() -> None:
    web = instance(account(), "web", vcpus=2, public_ip="198.51.100.4")
    for hours, old, new in ((2, "", "running"), (1, "running", "stopped")):
        StateChange.objects.create(
            resource=web,
            at=NOW - timedelta(hours=hours),
            field="state",
            old_value=old,
            new_value=new,
        )
    assert ask(f"instances/{web.pk}/") == {
        "id": web.pk,
        "account": "000000000001",
        "provider": "aws",
        "instance_id": "i-web",
        "name": "web",
        "region": "eu-west-1",
        "resource_group": "",
        "state": "running",
        "instance_type": "m6i.large",
        "vcpus": 2,
        "memory_mib": None,
        "platform": "",
        "operating_system": "Linux",
        "tenancy": "Shared",
        "monitoring": "basic",
        "lifecycle": "on-demand",
        "availability_zone": "",
        "image_id": "",
        "vpc_id": "",
        "private_ip": None,
        "public_ip": "198.51.100.4",
        "launched_at": None,
        "tags": {"team": "shop"},
        "first_seen_at": "2026-11-20T12:00:00Z",
        "last_seen_at": "2026-11-20T12:00:00Z",
        "gone_since": None,
        "owner": None,
        "due_on": None,
        "changes": [
            {
                "at": "2026-11-20T11:00:00Z",
                "field": "state",
                "old_value": "running",
                "new_value": "stopped",
            },
            {
                "at": "2026-11-20T10:00:00Z",
                "field": "state",
                "old_value": "",
                "new_value": "running",
            },
        ],
    }


FILTERED: list[tuple[dict[str, str], list[str]]] = [
    ({}, ["db", "job", "web", "old"]),
    ({"account": "000000000502"}, ["old"]),
    ({"region": "us-east-1"}, ["old"]),
    ({"state": "stopped"}, ["job"]),
    ({"state": "stopped,running"}, ["db", "job", "web"]),
    ({"state": "running", "gone": "true"}, ["old"]),
    ({"instance_type": "r6i.large"}, ["db"]),
    ({"tag": "team:shop"}, ["web"]),
    ({"tag": "team=data"}, ["job"]),
    ({"tag": "team"}, ["job", "web"]),
    ({"tag": "team:"}, []),
    ({"tag": "team:SHOP"}, []),
    ({"tag": "tea"}, []),
    ({"tag": "aws:stack=a=b"}, ["web"]),
    ({"tag": "a.b"}, ["old"]),
    ({"tag": "a.b:"}, ["old"]),
    ({"tag": "3"}, ["job"]),
    ({"tag": "aws:stack"}, ["web"]),
    ({"tag": "aws:stack:a=b"}, ["web"]),
    ({"tag": "aws:stack:"}, []),
    ({"tag": "arn:x"}, ["db"]),
    ({"tag": "arn:x=arn:aws:iam::1:role/a=b"}, ["db"]),
    ({"tag": "arn:x:arn:aws:iam::1:role/a=b"}, ["db"]),
    ({"tag": "arn:x:arn"}, []),
    ({"tag": 'say "hi"'}, ["db"]),
    ({"tag": ":" * 5000}, []),
    ({"search": "WEB"}, ["web"]),
    ({"search": "i-"}, ["db", "job", "web", "old"]),
    ({"search": "10.0.0"}, ["db"]),
    ({"search": "%"}, []),
    ({"gone": "true"}, ["old"]),
    ({"gone": "false"}, ["db", "job", "web"]),
    ({"ordering": "-name"}, ["web", "old", "job", "db"]),
    ({"ordering": "state,name"}, ["db", "old", "web", "job"]),
]


@pytest.mark.on_each_database
@pytest.mark.usefixtures("fleet")
def test_each_filter() -> None:
    found = [(parameters, names(**parameters)) for parameters, _ in FILTERED]
    assert found == FILTERED


@pytest.mark.usefixtures("fleet")
def test_what_is_gone_runs_no_longer() -> None:
    assert Instance.objects.get(name="old").state == "running"
    running = Instance.objects.running().values_list("name", flat=True)
    assert {*running} == {"db", "web"}


@pytest.mark.on_each_database
@pytest.mark.usefixtures("fleet")
def test_a_tag_whose_key_is_a_number_is_found_by_its_value() -> None:
    assert names(tag="3:three") == ["job"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("account", "1"),
        ("gone", "maybe"),
        ("ordering", "tags"),
        ("tag", "a\0:b"),
        ("region", "eu\0west"),
        ("start", "2026-01-01"),
        ("states", "running"),
    ],
)
def test_an_unknown_filter_or_value_is_refused_by_name(field: str, value: str) -> None:
    assert list(refused("instances/", **{field: value})) == [field]


@pytest.mark.parametrize("key", ["99999999999999999999999", "999", "web"])
def test_an_instance_that_is_not_there_is_404(key: str) -> None:
    assert viewer().get(f"/api/v1/instances/{key}/").status_code == 404


def test_the_file_holds_tags_as_json() -> None:
    owner = account()
    Instance.objects.filter(pk=instance(owner, "web").pk).update(
        tags={"Name": "=1+1", "team": 'the "shop"'}
    )
    (row,) = csv.DictReader(io.StringIO(csv_of("instances/")))
    assert json.loads(row["tags"]) == {"Name": "=1+1", "team": 'the "shop"'}
    assert (row["vcpus"], row["account"]) == ("", "000000000001")
