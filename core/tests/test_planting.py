"""Faults are planted one at a time, the same ones for the same seed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.testing.planting.__main__ import HOUSE, found, sample, unnoticed
from core.testing.planting.fault import Fault
from core.testing.planting.planted_code import plant
from core.testing.planting.python_faults import python_faults
from core.testing.planting.text_faults import text_faults
from core.testing.planting.watching_tests import WatchingTests

HERE = Path("room/code.py")
ADULT = "def is_adult(age):\n    return age >= 18\n\n\nCHILD = is_adult(17)\n"
TEST = """
from room.code import CHILD, is_adult
def test_it():
    assert is_adult(30)
def test_that_fails_already():
    assert not is_adult(30)
"""
CLEANS_UP = """
from pathlib import Path
import pytest
from room.code import is_adult
@pytest.fixture
def row():
    yield
    Path("cleaned").touch()
def test_it(row):
    assert is_adult(18)
"""
# Coverage sees no line of a script, nor, as here, of tests.
SCRIPT = "greet(age >= adult);\n"
TEST_OF_SCRIPT = """
from pathlib import Path
GREET = Path("room/greet.js").read_text()
def test_it():
    assert ">=" in GREET
"""
COUNTER = """
def counter(step):
    def count(number):
        total = number + step
        return total
    return count
"""
SURVIVOR = "room/code.py:2  comparison\n    - return age >= 18\n    + return age > 18"


def planted(source: str, path: Path = HERE) -> set[tuple[str, str]]:
    finder = python_faults if path.suffix == ".py" else text_faults
    text = source.encode()
    return {(one.kind, one.applied(text).decode()) for one in finder(path, text)}


@pytest.mark.parametrize(
    ("source", "kind", "faulty"),
    [
        ("a < b", "comparison", "a <= b"),
        ("a < b == c", "comparison", "a < b != c"),
        ("'ü' in b", "comparison", "'ü' not in b"),
        ("a and b", "and, or", "a or b"),
        ("a + b", "plus, minus", "a - b"),
        ("f(30)", "constant", "f(31)"),
        ("f(30)", "constant", "f(29)"),
        ("f(x=True)", "constant", "f(x=False)"),
        ("not a", "not", "a"),
        ("b if a else c", "not", "b if not (a) else c"),
        ("f(a)", "line removed", "pass"),
        ("raise A", "line removed", "pass"),
        ("rows = a.filter(b=c)", "call removed", "rows = a"),
        ("a.filter(b=c, d=e)", "argument removed", "a.filter(b=c)"),
        ("a.filter(b=c, d=e)", "argument removed", "a.filter(d=e)"),
        ("@login\ndef f(): ...", "decorator removed", "\ndef f(): ..."),
    ],
)
def test_it_plants(source: str, kind: str, faulty: str) -> None:
    assert (kind, faulty) in planted(source)


@pytest.mark.parametrize(
    "source",
    [
        "'text 1'",
        "x: Literal[1]",
        "@property\ndef f(): ...",
        "@dataclass(frozen=True)\nclass A: ...",
        "a.filter(b)",
    ],
)
def test_it_plants_no_argument_annotation_or_text(source: str) -> None:
    kinds = {kind for kind, _ in planted(source)}
    assert kinds <= {"call removed", "line removed"}


@pytest.mark.parametrize(
    ("name", "source", "kind", "faulty"),
    [
        ("a.html", "{% if not a %}", "not", "{% if a %}"),
        ("a.html", "{% elif a.b %}", "not", "{% elif not a.b %}"),
        ("a.html", "<p>{{ a|money:b }}", "filter removed", "<p>{{ a }}"),
        ("a.html", "<p>{{ a }}", "value removed", "<p>"),
        ("a.html", '<form method="post">', "attribute removed", "<form>"),
        ("a.js", "a === b", "comparison", "a !== b"),
        ("a.js", "n / 1000", "constant", "n / 2"),
        ("a.js", "  chart.update();", "line removed", ""),
    ],
)
def test_it_plants_in_templates_and_scripts(
    name: str, source: str, kind: str, faulty: str
) -> None:
    assert (kind, faulty) in planted(source, Path(name))


def test_a_comment_holds_no_fault() -> None:
    assert planted("  // a === b\n", Path("a.js")) == set()


# Its line is run by one test, which does not look at what it gives.
LOOKS_AWAY = """
from room.code import is_adult
def test_it_runs():
    is_adult(18)
"""
LOOKS_AT_THE_TEXT = """
from pathlib import Path
def test_it_reads():
    assert ">=" in Path("room/code.py").read_text()
"""
RENDERS = """
import django
from django.conf import settings
from django.template import engines
from django.test.utils import setup_test_environment
def test_it_renders():
    backend = "django.template.backends.django.DjangoTemplates"
    settings.configure(TEMPLATES=[{"BACKEND": backend, "DIRS": ["room"]}])
    django.setup()
    setup_test_environment()
    assert "adult" in engines.all()[0].get_template("page.html").render({"age": 30})
def test_it_does_not():
    assert True
"""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A room with one file, and a test that does not look at its boundary."""
    for name, text in {
        "room/code.py": ADULT,
        "room/tests/test_code.py": TEST,
        "room/greet.js": SCRIPT,
        "room/tests/test_script.py": TEST_OF_SCRIPT,
        ".coveragerc": "[run]\nomit = */tests/*\n",
        "pytest.ini": "[pytest]\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE")
    monkeypatch.setenv("PYTHONPATH", str(HOUSE))
    # Others take longer to start than these tests to run.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "pytest_cov.plugin,pytest_django.plugin")
    return tmp_path


def test_a_script_is_watched_by_all_tests_that_are_given(house: Path) -> None:
    faults = list(found(house, "room/greet.js"))
    tests = WatchingTests.recorded(house, ["room/tests/test_script.py"], faults)
    assert (len(faults), list(unnoticed(faults, tests))) == (1, [])


def test_the_same_seed_takes_the_same_faults_of_each_kind(house: Path) -> None:
    one = sample(house, ["room/code.py"], 2, seed=1)
    assert one == sample(house, ["room/code.py"], 2, seed=1)
    assert {fault.kind for fault in one} == {"comparison", "constant"}
    assert {fault.path for fault in found(house, "room")} == {
        HERE,
        Path("room/greet.js"),
    }


def counting(source: str) -> Callable[[int], int]:
    """Return a function that is made before another source is planted."""
    names: dict[str, Any] = {}
    exec(compile(source, "counter.py", "exec"), names)  # noqa: S102
    made: Callable[[int], int] = names["counter"](2)
    return made


def test_functions_that_are_imported_already_get_the_fault() -> None:
    count = counting(COUNTER)
    plant("counter.py", *(COUNTER.encode(), COUNTER.replace("+", "-").encode()))
    assert count(5) == 3


def test_a_function_that_lost_a_variable_of_another_can_not_get_it() -> None:
    count = counting(COUNTER)
    with pytest.raises(ValueError, match="free vars"):
        plant("counter.py", COUNTER.encode(), COUNTER.replace(" + step", "").encode())
    assert count(5) == 7


def test_what_no_test_notices_is_listed_and_nothing_stays_planted(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at, imported = ADULT.index(">="), ADULT.index("is_adult(17)")
    faults = [
        Fault(HERE, imported, len(ADULT), "line removed", b"1 / 0"),
        Fault(HERE, at, at + 2, "comparison", b">"),
        Fault(HERE, at, at + 2, "comparison", b"<"),
    ]
    tests = WatchingTests.recorded(house, ["room"], faults)
    assert list(unnoticed(faults, tests)) == [SURVIVOR]
    printed = capsys.readouterr().out
    assert "left out: room/tests/test_code.py::test_that_fails_already\n" in printed
    assert "1  room/tests/test_code.py\n" in printed
    assert "3  room/tests/test_code.py::test_it\n" in printed
    assert (house / HERE).read_text() == ADULT


def test_a_test_that_notices_is_taken_down_before_its_process_ends(
    house: Path,
) -> None:
    (house / "room/tests/test_code.py").write_text(CLEANS_UP)
    faults = [one for one in found(house, "room/code.py") if one.kind == "comparison"]
    tests = WatchingTests.recorded(house, ["room/tests"], faults, near=5)
    (house / "cleaned").unlink()
    assert list(unnoticed(faults, tests)) == []
    assert (house / "cleaned").exists()


def test_only_tests_near_a_fault_run_if_asked(house: Path) -> None:
    tests = house / "room/tests"
    (tests / "test_code.py").write_text(LOOKS_AWAY)
    (tests / "test_text.py").write_text(LOOKS_AT_THE_TEXT)
    faults = [one for one in found(house, "room/code.py") if one.kind == "comparison"]
    assert len(faults) == 1
    near = WatchingTests.recorded(house, ["room/tests"], faults, near=5)
    assert list(unnoticed(faults, near)) == [SURVIVOR]
    assert list(unnoticed(faults, replace(near, near=None))) == []


def test_near_a_template_are_the_tests_that_render_it(house: Path) -> None:
    (house / "room/page.html").write_text(
        "{{ age }}{% if not age %}{% else %}adult{% endif %}"
    )
    (house / "room/tests/test_code.py").write_text(RENDERS)
    tests = WatchingTests.recorded(house, ["room/tests"], [], near=5)
    page = Path("room/page.html")
    assert tests.that_run(page, 1) == ["room/tests/test_code.py::test_it_renders"]
