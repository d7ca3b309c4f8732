"""Resources of every kind in the API: lists, filters, files, one with its history."""

import csv
import io

import pytest

from clouds.testing import account, azure_account
from core.testing.clock import NOW
from inventory.kinds import Kind
from inventory.models import Address, Database, Snapshot, StateChange, Volume
from inventory.testing import instance, one_of_each, resource
from users.testing import ask, csv_of, refused, viewer, walk

pytestmark = pytest.mark.django_db
ROUTES = {
    Kind.VOLUME: "volumes",
    Kind.SNAPSHOT: "snapshots",
    Kind.BUCKET: "buckets",
    Kind.DATABASE: "databases",
    Kind.ADDRESS: "addresses",
    Kind.NAT_GATEWAY: "nat-gateways",
    Kind.LOAD_BALANCER: "load-balancers",
}


def ids(route: str, **parameters: object) -> list[str]:
    return [row["resource_id"] for row in ask(f"{route}/", **parameters)["results"]]


@pytest.mark.parametrize("kind", ROUTES)
def test_a_kind_has_its_own_list_file_and_history(kind: Kind) -> None:
    one = one_of_each(account())[kind]
    StateChange.objects.create(
        resource=one, at=NOW, field="state", old_value="", new_value=one.state
    )
    (row,) = ask(f"{ROUTES[kind]}/")["results"]
    assert (row["resource_id"], row["kind"]) == (one.resource_id, kind)
    assert row["tags"] == {"team": "shop"}
    detail = ask(f"{ROUTES[kind]}/{one.pk}/")
    (change,) = detail.pop("changes")
    assert change["new_value"] == one.state
    assert detail == row
    (line,) = csv.DictReader(io.StringIO(csv_of(f"{ROUTES[kind]}/")))
    assert list(line) == list(row)
    assert ask(f"resources/{one.pk}/")["resource_id"] == one.resource_id


def test_what_only_its_kind_has_is_answered_as_it_is_stored() -> None:
    one_of_each(account())
    (volume,) = ask("volumes/")["results"]
    assert (volume["volume_type"], volume["size_gib"]) == ("gp3", 100)
    assert volume["attached_to"] == "i-web"
    (bucket,) = ask("buckets/")["results"]
    assert bucket["bytes_by_tier"] == {"Standard": 3 * 1024**3, "Glacier": 1024**3}
    assert (bucket["total_bytes"], bucket["object_count"]) == (4 * 1024**3, 1200)
    (address,) = ask("addresses/")["results"]
    assert address["ip"] == "203.0.113.9"


def test_all_kinds_are_one_list_page_by_page() -> None:
    one_of_each(account())
    everything = [
        row["kind"] for page in walk("resources/", page_size=4) for row in page
    ]
    assert sorted(everything) == sorted(Kind)
    assert ids("resources", kind="volume,bucket") == ["northpeak-assets", "vol-1"]
    assert "kind" in refused("resources/", kind="lake")


def test_lists_are_in_the_order_of_regions_and_names() -> None:
    owner = account()
    resource(Volume, owner, "vol-0", name="0", region="us-east-1")
    for name in "bac":
        resource(Volume, owner, f"vol-of-{name}", name=name, region="eu-west-1")
    assert [one["name"] for one in ask("volumes/")["results"]] == ["a", "b", "c", "0"]


def test_lists_are_filtered_as_instances_are() -> None:
    owner = account()
    one_of_each(owner)
    resource(
        Volume,
        azure_account(),
        "disk-2",
        region="westeurope",
        state="unattached",
        resource_group="shop-rg",
        tags={"env": "a=b"},
        name="spare",
    )
    resource(Volume, owner, "vol-old", gone_since=NOW)
    assert ids("volumes", account=owner.account_id) == ["vol-1", "vol-old"]
    assert ids("volumes", provider="azure") == ["disk-2"]
    assert ids("volumes", region="westeurope") == ["disk-2"]
    assert ids("volumes", resource_group="shop-rg") == ["disk-2"]
    assert ids("volumes", state="available") == []
    assert ids("volumes", tag="env:a=b") == ["disk-2"]
    assert ids("volumes", search="SPARE") == ["disk-2"]
    assert ids("volumes", search="i-web") == ["vol-1"]
    assert ids("volumes", gone="true") == ["vol-old"]
    assert ids("volumes", attached="true") == ["vol-1"]
    assert ids("volumes", attached="false") == ["disk-2"]
    assert ids("volumes", ordering="-size_gib", gone="false", search="vol") == ["vol-1"]
    assert ids("addresses", search="203.0.113") == ["eipalloc-1"]
    assert "attached" in refused("volumes/", attached="maybe")
    assert "colour" in refused("databases/", colour="red")


def test_databases_are_filtered_by_engine_and_addresses_by_use() -> None:
    owner = account()
    one_of_each(owner)
    resource(Database, owner, "erp", engine="mysql")
    resource(Address, owner, "eipalloc-2", ip="203.0.113.10")
    assert ids("databases", engine="mysql") == ["erp"]
    assert ids("addresses", attached="false") == ["eipalloc-2"]


def test_snapshots_are_filtered_by_their_disk_and_whether_it_is_there() -> None:
    owner = account()
    one_of_each(owner)
    resource(Snapshot, owner, "snap-old", source_id="vol-gone", source_exists=False)
    resource(Snapshot, owner, "snap-copy", description="from us-east-1")
    assert ids("snapshots", source_exists="false") == ["snap-old"]
    assert ids("snapshots", source_exists="true") == ["snap-1"]
    assert ids("snapshots", source_id="vol-1,vol-gone") == ["snap-1", "snap-old"]
    assert ids("snapshots", search="us-east-1") == ["snap-copy"]
    assert "source_exists" in refused("snapshots/", source_exists="perhaps")
    assert ids("nat-gateways", search="203.0.113.7") == ["nat-1"]


def test_an_instance_is_no_volume_and_an_unknown_one_is_not_found() -> None:
    web = instance(account(), "web")
    client = viewer()
    assert client.get(f"/api/v1/volumes/{web.pk}/").status_code == 404
    assert client.get(f"/api/v1/volumes/{10**30}/").status_code == 404


def test_an_unchanged_list_is_not_sent_again() -> None:
    one_of_each(account())
    client = viewer()
    first = client.get("/api/v1/volumes/")
    again = client.get("/api/v1/volumes/", headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
