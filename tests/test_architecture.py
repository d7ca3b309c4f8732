"""How the house is built: who may import whom, and that nothing is left over."""

import ast
import importlib.util
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

HOUSE = Path(__file__).resolve().parent.parent
# Whom each package may import; cloudintel imports all of them, and nobody imports it.
MAY_IMPORT = {
    "providers": set(),
    "rest": set(),
    "people": {"rest"},
    # Of syncs only what every admin shares: syncs.readonly and syncs.columns.
    "alerts": {"people", "rest", "syncs"},
    "syncs": {"providers", "people", "rest", "alerts"},
    "inventory": {"providers", "people", "syncs", "rest"},
    "costs": {"providers", "people", "syncs", "rest"},
    # costs: only its money field.
    "pricing": {"providers", "people", "syncs", "costs", "rest"},
    "metrics": {"providers", "people", "syncs", "inventory", "rest"},
    "insights": {
        "providers",
        "people",
        "syncs",
        "inventory",
        "costs",
        "metrics",
        "pricing",
        "rest",
        "alerts",
    },
    "archives": {"providers", "people", "syncs", "inventory", "costs", "metrics"},
}
APPS = [*MAY_IMPORT, "cloudintel"]
# What answers people starts a sync through syncs.start alone.
DOORS = ("views", "api", "admin")
LONGEST_FILE = 400
WRITTEN = {".py", ".html", ".css", ".js", ".svg"}
# Django asks for these by name: when something is denied, missing or broken, and for
# the admin's first page.
FOUND_BY_NAME = {"403.html", "403_csrf.html", "404.html", "500.html"}
FOUND_BY_NAME |= {"admin/index.html"}
# Read by tools around cloudintel, or told in words only.
NOT_SETTINGS = {"POSTGRES_PASSWORD", "LISTEN"}


def sources(app: str, *, tests: bool = False) -> Iterator[Path]:
    for path in sorted((HOUSE / app).rglob("*.py")):
        if tests or not {"tests", "migrations"} & set(path.parts):
            yield path


def imports(path: Path) -> Iterator[str]:
    """The absolute name of each module, or name in it, that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def written_files() -> Iterator[Path]:
    folders = [*APPS, "templates", "static", "tests", "benchmarks"]
    for folder in folders:
        for path in sorted((HOUSE / folder).rglob("*")):
            if path.suffix in WRITTEN and "migrations" not in path.parts:
                yield path


def commands() -> list[str]:
    found = HOUSE.glob("*/management/commands/*.py")
    return sorted(path.stem for path in found if path.stem != "__init__")


def test_the_guard_knows_every_package() -> None:
    packages = {path.parent.name for path in HOUSE.glob("*/__init__.py")}
    assert packages - {"tests", "benchmarks"} <= set(APPS)


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_imports_go_one_way(app: str) -> None:
    allowed = MAY_IMPORT[app] | {app}
    wrong = {
        f"{path.relative_to(HOUSE)}: {name}"
        for path in sources(app)
        for name in imports(path)
        if (package := name.split(".")[0]) in APPS and package not in allowed
    }
    assert wrong == set()


def test_providers_know_nothing_of_django() -> None:
    wrong = {
        f"{path.relative_to(HOUSE)}: {name}"
        for path in sources("providers")
        for name in imports(path)
        if name.split(".")[0] in {"django", "rest_framework", "celery"}
    }
    assert wrong == set()


@pytest.mark.parametrize("app", APPS)
def test_what_answers_people_reads_no_cloud_itself(app: str) -> None:
    wrong = {
        f"{path.relative_to(HOUSE)}: {name}"
        for path in sources(app)
        if set(DOORS) & {*path.relative_to(HOUSE / app).parts, path.stem}
        for name in imports(path)
        if re.match(r"providers\.(aws|demo)\b|(\w+\.)+sync(\.|$)", name)
    }
    assert wrong == set()


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def test_psycopg_3_is_not_installed() -> None:
    assert importlib.util.find_spec("psycopg2")
    assert importlib.util.find_spec("psycopg") is None


def test_every_template_is_used() -> None:
    texts = {
        path: path.read_text()
        for path in written_files()
        if path.suffix in {".py", ".html"} and path != Path(__file__).resolve()
    }
    unused = {
        name
        for path in (HOUSE / "templates").rglob("*.html")
        if (name := str(path.relative_to(HOUSE / "templates"))) not in FOUND_BY_NAME
        and not any(name in text for user, text in texts.items() if user != path)
    }
    assert unused == set()


def test_no_file_is_longer_than_a_reader_bears() -> None:
    long = {
        str(path.relative_to(HOUSE)): lines
        for path in written_files()
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    assert long == {}


@pytest.mark.parametrize("command", commands())
def test_every_command_is_exercised(command: str) -> None:
    tests = [path for app in [*APPS, "tests"] for path in sources(app, tests=True)]
    named = re.compile(rf"""["'/ ]{command}["' ]""")
    assert any(
        named.search(path.read_text())
        for path in tests
        if path.name.startswith("test_") and path != Path(__file__).resolve()
    )


def test_every_setting_is_described_and_nothing_else() -> None:
    described = re.findall(
        r"^#?\s?([A-Z][A-Z0-9_]+)=", (HOUSE / ".env.example").read_text(), re.M
    )
    assert len(described) == len(set(described))
    assert set(described) - NOT_SETTINGS == set(variables())


def variables() -> Iterator[str]:
    """The environment variables that the settings read."""
    readers = {"env", "positive", "one_of", "dollars", "time_of_day"}
    source = (HOUSE / "cloudintel" / "settings.py").read_text()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func
        if isinstance(called, ast.Attribute):
            called = called.value
        name = node.args[0]
        reads = isinstance(called, ast.Name) and called.id in readers
        if reads and isinstance(name, ast.Constant):
            yield str(name.value)
