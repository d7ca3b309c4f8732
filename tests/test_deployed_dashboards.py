"""Dashboards and alert rules of deploy/ ask for metrics that /metrics has."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from core.api.cache import LOOKUPS
from core.testing.waiting import HANGS_AFTER_SECONDS
from insights.models import Anomaly
from syncs.models import SyncRun
from syncs.runs.freshness import State
from users.testing import viewer

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
# What Prometheus itself says of a target.
OF_PROMETHEUS = {"up"}
VALUES = {
    "job": {"cloudintel"},
    "outcome": {"hit", "miss"},
    "severity": set(Anomaly.Severity.values),
    "state": {one.value for one in State} | {"potential", "realized"} | {"waiting"},
    "status": set(SyncRun.Status.values),
}


def expressions() -> Iterator[str]:
    for path in sorted((DEPLOY / "grafana").glob("*.json")):
        panels = json.loads(path.read_text())["panels"]
        assert len({panel["id"] for panel in panels}) == len(panels)
        yield from (t["expr"] for panel in panels for t in panel["targets"])
    rules = yaml.safe_load((DEPLOY / "prometheus/rules.yml").read_text())
    for group in rules["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


@pytest.mark.django_db
@pytest.mark.only_on("postgresql")
def test_every_metric_that_is_asked_for_is_there() -> None:
    LOOKUPS.labels(kind="costs", outcome="hit").inc()
    text = viewer().get("/metrics").content.decode()
    there = set(re.findall(r"^# TYPE (\S+)", text, re.M))
    asked = set(re.findall(r"\b(cloudintel_\w+|up)\b", " ".join(expressions())))
    assert asked - OF_PROMETHEUS <= there
    assert len(asked) > 10


def test_every_value_that_is_chosen_exists() -> None:
    found = re.findall(r'(\w+)!?=~?"([^"]*)"', " ".join(expressions()))
    chosen = [(label, value) for label, values in found for value in values.split("|")]
    assert chosen
    assert [(one, v) for one, v in chosen if v not in VALUES[one]] == []


def test_every_alert_says_what_to_do() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus/rules.yml").read_text())
    for rule in rules["groups"][0]["rules"]:
        assert rule["labels"]["severity"] in {"info", "warning", "critical"}
        assert rule["annotations"].keys() == {"summary", "action"}


@pytest.mark.needs("promtool")
def test_prometheus_takes_the_rules_and_each_expression(tmp_path: Path) -> None:
    asked = [
        {"record": f"panel:{n}", "expr": one.replace("$__rate_interval", "5m")}
        for n, one in enumerate(expressions())
    ]
    panels = tmp_path / "panels.yml"
    panels.write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": asked}]}))
    folder = DEPLOY / "prometheus"
    for arguments in (
        ["check", "rules", str(folder / "rules.yml"), str(panels)],
        ["check", "config", "--syntax-only", str(folder / "prometheus.yml")],
        ["test", "rules", str(folder / "rules.test.yml")],
    ):
        done = subprocess.run(
            ["promtool", *arguments],
            capture_output=True,
            text=True,
            timeout=HANGS_AFTER_SECONDS,
        )
        assert done.returncode == 0, done.stdout + done.stderr
