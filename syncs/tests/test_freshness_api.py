"""How fresh each account's data is, at /api/v1/freshness/."""

from datetime import datetime
from typing import Any

import pytest
import time_machine

from clouds.testing import account, see_only
from core.testing.clock import NOW
from syncs.models import SyncRun
from users.testing import ask, csv_of, person, refused, session_of

pytestmark = pytest.mark.django_db


def store_run(owner: Any, at: datetime, status: str) -> None:
    SyncRun.objects.create(
        account=owner,
        dataset="cost",
        status=status,
        started_at=at,
        heartbeat_at=at,
        finished_at=at,
        error="AccessDenied: allow it." if status == "failed" else "",
    )


@time_machine.travel(NOW, tick=False)
def test_each_dataset_of_each_account_is_reported() -> None:
    fine, broken = account(1, "fine"), account(2, "broken")
    store_run(fine, NOW, "succeeded")
    store_run(broken, NOW, "failed")
    found = {one["name"]: one["datasets"] for one in ask("freshness/")["results"]}
    costs = {
        name: next(one for one in datasets if one["dataset"] == "cost")
        for name, datasets in found.items()
    }
    assert costs["fine"]["state"] == "ok"
    assert costs["fine"]["last_good_at"] == "2026-11-20T12:00:00Z"
    assert costs["broken"]["state"] == "failing"
    assert "AccessDenied: allow it." in costs["broken"]["sentence"]
    assert "000000000002,broken,cost,failing" in csv_of("freshness/")


def test_one_account_can_be_asked_for_and_a_hidden_one_does_not_exist() -> None:
    own, hidden = account(1, "own"), account(2, "hidden")
    (one,) = ask("freshness/", account=own.account_id)["results"]
    assert one["account"] == own.account_id
    assert refused("freshness/", account="9") and refused("freshness/", state="ok")
    limited = person("operator")
    see_only(limited, own)
    shown = session_of(limited).get("/api/v1/freshness/").json()
    assert [row["name"] for row in shown["results"]] == ["own"]
    asked = {"account": hidden.account_id}
    assert session_of(limited).get("/api/v1/freshness/", asked).status_code == 400
