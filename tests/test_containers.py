"""Dockerfile and compose.yaml, as far as they can be tried without a Docker engine."""

import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

HOUSE = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent
COMPOSE = yaml.safe_load((HOUSE / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ["migrate", "web", "live", "worker", "beat"]
DOCKERFILE = (HOUSE / "Dockerfile").read_text()
OTHERS = {"static", "templates", "manage.py", "gunicorn.conf.py", "requirements.txt"}
# What they give to images that are not ours.
OF_OTHERS = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "REDISCLI_AUTH"}


def described() -> set[str]:
    text = (HOUSE / ".env.example").read_text()
    return set(re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", text, re.M))


def image_command() -> list[str]:
    (command,) = re.findall(r"^CMD (.+)$", DOCKERFILE, re.M)
    return list(yaml.safe_load(command))


def test_every_variable_is_described() -> None:
    text = (HOUSE / "compose.yaml").read_text()
    asked = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", text))
    given = {name for one in SERVICES.values() for name in one.get("environment", {})}
    assert asked | (given - OF_OTHERS) <= described()


@pytest.mark.parametrize("name", OURS)
def test_what_it_runs_exists(name: str) -> None:
    command = SERVICES[name].get("command") or image_command()
    assert shutil.which(command[0], path=str(PROGRAMS)), command
    if command[0] == "python":
        assert (HOUSE / command[1]).is_file()
        assert command[2] in get_commands()
    else:
        assert any("cloudintel" in word for word in command)


@pytest.mark.parametrize("name", OURS)
def test_it_starts_when_what_it_needs_is_ready(name: str) -> None:
    needs = {one: how["condition"] for one, how in SERVICES[name]["depends_on"].items()}
    assert needs["postgres"] == "service_healthy"
    if name != "migrate":
        assert needs["migrate"] == "service_completed_successfully"
        assert needs["redis"] == "service_healthy"


@pytest.mark.parametrize("name", SERVICES)
def test_it_is_watched_and_started_again(name: str) -> None:
    service = SERVICES[name]
    # Of the web server it is in the image; migrate ends, and beat answers nobody.
    watched = "test" in service.get("healthcheck", {}) or name == "web"
    assert watched or service["healthcheck"] == {"disable": True}
    assert watched == (name not in {"migrate", "beat"})
    ends = name == "migrate"
    assert service["restart"] == ("on-failure" if ends else "unless-stopped")


def test_what_has_to_last_lies_in_volumes() -> None:
    kept = {
        volume.split(":")[0]
        for s in SERVICES.values()
        for volume in s.get("volumes", [])
    }
    ours = {"archives", "backups", "line_items"}
    assert kept == set(COMPOSE["volumes"]) == {"postgres", "redis", *ours}


def test_nobody_is_let_in_without_a_secret_of_their_own() -> None:
    environment = SERVICES["web"]["environment"]
    assert environment["SECRET_KEY"].startswith("${SECRET_KEY:?")
    assert "${POSTGRES_PASSWORD:?" in environment["DATABASE_URL"]
    assert SERVICES["web"]["ports"] == ["${LISTEN:-127.0.0.1:8000}:8000"]
    assert SERVICES["live"]["ports"] == ["${LISTEN_LIVE:-127.0.0.1:8001}:8001"]


@pytest.mark.parametrize("name", SERVICES)
def test_it_can_gain_no_right_and_writes_to_its_volumes_alone(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    # Ours are set in the image; those of others would start as root.
    assert name in OURS or service["user"] == name


def test_redis_answers_nobody_without_its_password() -> None:
    command = SERVICES["redis"]["command"]
    password = command[command.index("--requirepass") + 1]
    assert password.startswith("${REDIS_PASSWORD:?")
    assert SERVICES["redis"]["environment"] == {"REDISCLI_AUTH": password}
    environment = SERVICES["web"]["environment"]
    for name in ("CELERY_BROKER_URL", "CACHE_URL"):
        assert environment[name].startswith(f"redis://:{password}@redis:6379/")


def test_the_image_runs_as_nobody_special_and_holds_no_secret() -> None:
    stages = DOCKERFILE.split("FROM ")[1:]
    assert len(stages) == 2
    of_others = [one["image"] for name, one in SERVICES.items() if name not in OURS]
    images = [stage.split()[0] for stage in stages] + of_others
    pinned = re.compile(r"(python:3\.11-slim|[a-z]+:\d+)@sha256:[0-9a-f]{64}")
    assert [image for image in images if not pinned.fullmatch(image)] == []
    assert "--require-hashes" in stages[0]
    last = stages[-1]
    assert re.search(r"^USER cloudintel$", last, re.M)
    assert last.index("USER cloudintel") < last.index("collectstatic")
    given = r"RUN SECRET_KEY=\$\(.*\) \\\n +python manage.py collectstatic"
    assert re.search(given, last), "given to that one command alone"
    assert "http://localhost:8000/health" in last


def test_the_image_is_given_what_it_needs_and_nothing_else() -> None:
    lines = (HOUSE / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*", "what is not named is left out"
    taken = {rule[1:] for rule in rules if rule.startswith("!")}
    packages = {path.parent.name for path in HOUSE.glob("*/__init__.py")}
    needed = packages - {"tests", "benchmarks"}
    assert taken == needed | OTHERS
    assert all((HOUSE / name).exists() for name in taken)
    assert {"**/.env*", "**/tests", "**/testing", "**/testing.py"} <= set(rules)
