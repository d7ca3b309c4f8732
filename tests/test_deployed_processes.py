"""What deploy/ starts exists: commands, settings, ports, and what they wait for."""

import configparser
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from cloudintel.supervisor import LOW_PRIORITY
from tests.helm_templates import Chart

HOUSE = Path(__file__).resolve().parent.parent
DEPLOY = HOUSE / "deploy"
PROGRAMS = Path(sys.executable).parent
DESCRIBED = set(
    re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", (HOUSE / ".env.example").read_text(), re.M)
)
SECRETS = {"SECRET_KEY", "DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL"}
PROCESSES = {"web", "live", "worker", "beat"}


class Override(yaml.SafeLoader):
    """A compose file; what !reset takes away reads as what is written after it."""


def _nothing(loader: Override, node: yaml.Node) -> list[Any]:
    assert isinstance(node, yaml.SequenceNode)
    return loader.construct_sequence(node)


yaml.add_constructor("!reset", _nothing, Override)


def runs(command: list[str]) -> bool:
    if not shutil.which(command[0], path=str(PROGRAMS)):
        return False
    if command[:2] == ["python", "manage.py"]:
        return command[2] in get_commands()
    return any("cloudintel" in word for word in command)


def chart() -> dict[str, dict[str, Any]]:
    """Return what the chart makes, by kind and name."""
    folder = DEPLOY / "helm/cloudintel"
    made = list(
        Chart(
            folder,
            {
                "lineItemsClaim": "shared",
                "env": {"DEFAULT_FROM_EMAIL": 'a"b', "LOG_LEVEL": "INFO"},
            },
        ).objects()
    )
    return {f"{one['kind']} {one['metadata']['name']}": one for one in made}


def test_the_chart_starts_each_process_with_a_command_that_exists() -> None:
    made = chart()
    names = {f"Deployment cloudintel-{name}" for name in PROCESSES}
    assert names == {name for name in made if name.startswith("Deployment")}
    for name in [*names, "Job cloudintel-migrate"]:
        pod = made[name]["spec"]["template"]
        (container,) = pod["spec"]["containers"]
        assert runs(container.get("command", ["gunicorn", "cloudintel.wsgi"])), name
        assert container["image"] == "registry.example.com/cloudintel:0.1.0"
        given = {one["name"]: one.get("value") for one in container["env"]}
        assert len(given) == len(container["env"])
        assert set(given) <= DESCRIBED
        assert given["DEFAULT_FROM_EMAIL"] == 'a"b'
        assert given["ALLOWED_HOSTS"] == "cloudintel.example.com"
        assert given["BASE_URL"] == given["CSRF_TRUSTED_ORIGINS"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        # Of the release; it does not exist yet when a Job of its hooks runs.
        is_hook = name.startswith("Job")
        assert pod["spec"].get("serviceAccountName") == (
            None if is_hook else "cloudintel"
        )
        mounted = {one["name"] for one in container["volumeMounts"]}
        assert mounted == {one["name"] for one in pod["spec"]["volumes"]}


def test_each_service_of_the_chart_finds_its_pods() -> None:
    made = chart()
    for name, port in (("web", 8000), ("live", 8001)):
        labels = made[f"Deployment cloudintel-{name}"]["spec"]["template"]["metadata"]
        service = made[f"Service cloudintel-{name}"]["spec"]
        assert service["selector"].items() <= labels["labels"].items()
        assert [one["port"] for one in service["ports"]] == [port]
    (rule,) = made["Ingress cloudintel"]["spec"]["rules"]
    backends = [p["backend"]["service"]["name"] for p in rule["http"]["paths"]]
    assert [f"Service {name}" in made for name in backends] == [True, True]


def test_every_setting_of_the_chart_exists() -> None:
    text = (DEPLOY / "helm/cloudintel/values.yaml").read_text()
    assert set(yaml.safe_load(text)["env"]) <= DESCRIBED
    assert {name for name in SECRETS if name in text} == SECRETS <= DESCRIBED


@pytest.mark.parametrize("name", sorted({*PROCESSES, "migrate"}))
def test_systemd_starts_what_exists(name: str) -> None:
    unit = configparser.RawConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    text = (DEPLOY / f"systemd/cloudintel-{name}.service").read_text()
    unit.read_string(text)
    for line in re.findall(r"^ExecStart=/opt/cloudintel/.venv/bin/(.+)$", text, re.M):
        assert runs(line.split()), line
    given = dict(one.split("=", 1) for one in unit["Service"]["Environment"].split())
    assert set(given) <= DESCRIBED
    niceness = int(unit["Service"].get("Nice", "0"))
    assert niceness == (LOW_PRIORITY if name == "worker" else 0)
    target = (DEPLOY / "systemd/cloudintel.target").read_text()
    assert (f"cloudintel-{name}.service" in target) is (name != "migrate")


def test_compose_with_tls_overrides_services_that_exist() -> None:
    compose = yaml.safe_load((HOUSE / "compose.yaml").read_text())
    text = (DEPLOY / "compose/production.yaml").read_text()
    loader = Override(text)
    services = loader.get_single_data()["services"]
    loader.dispose()
    assert set(services) - set(compose["services"]) == {"tls", "pgbouncer"}
    assert set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", text)) <= DESCRIBED
    for name in ("web", "live", "worker"):
        assert set(services[name]["environment"]) - {"POOL_URL"} <= DESCRIBED
    # Only TLS is reached from outside.
    assert services["web"]["ports"] == services["live"]["ports"] == []
    proxied = (DEPLOY / "compose/Caddyfile").read_text()
    assert re.findall(r"reverse_proxy (\w+):", proxied) == ["live", "web"]
    pool = configparser.ConfigParser()
    pool.read(DEPLOY / "compose/pgbouncer.ini")
    port = pool["pgbouncer"]["listen_port"]
    web = services["web"]
    console = web["environment"]["PGBOUNCER_URL"]
    assert console.startswith(f"postgres://{pool['pgbouncer']['stats_users']}:")
    address = web["environment"]["POOL_URL"]
    assert f"@pgbouncer:{port}/cloudintel?disable_server_side_cursors=true" in address
    # Only the server goes through it, and as it is served without.
    (command,) = re.findall(r"^CMD (\[.+\])$", (HOUSE / "Dockerfile").read_text(), re.M)
    served = " ".join(json.loads(command))
    assert web["command"][-1] == f'DATABASE_URL="$$POOL_URL" exec {served}'


def test_a_public_ci_runs_what_decides_here() -> None:
    jobs = yaml.safe_load((HOUSE / ".github/workflows/ci.yml").read_text())["jobs"]
    steps = [step.get("run", "") for job in jobs.values() for step in job["steps"]]
    decides = re.findall(r"^make .+$", (HOUSE / ".ci/run").read_text(), re.M)
    assert [one for one in steps if one.startswith("make ")] == decides
    assert any(one.startswith("docker build") for one in steps)
