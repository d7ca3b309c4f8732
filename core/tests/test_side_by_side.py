"""Tests in several processes are reported as in one, and a process that dies is too."""

import os
import subprocess
import sys
from pathlib import Path

from core.testing.migrated import HOUSE
from core.testing.waiting import HANGS_AFTER_SECONDS

FILES = {
    "test_a.py": """
import os
SEEN = []
def test_first(): SEEN.append(os.getpid())
def test_second(): assert SEEN == [os.getpid()]
""",
    "test_b.py": "def test_wrong(): assert 1 == 2",
    "test_c.py": "import os\ndef test_dies(): os._exit(3)",
    "test_d.py": """
import warnings, pytest
@pytest.fixture(scope='session', autouse=True)
def ends(tmp_path_factory):
    yield
    print('ended')
def test_warns(tmp_path): warnings.warn('careful')
@pytest.mark.skip
def test_skipped(): pass
""",
    "test_e.py": """
import os
from pathlib import Path
from django.conf import settings
SHARED = os.environ["STATE_DIR"]
def test_its_folder_is_its_own():
    own = os.environ["STATE_DIR"]
    assert own != SHARED
    assert settings.STATE_DIR == Path(own)
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"] == own + "/queue"
    assert settings.SECRET_KEY == Path(own, "secret_key").read_text()
    assert SHARED not in str([getattr(settings, name) for name in dir(settings)])
""",
}
STOPPED = {
    "test_fails.py": """
import time
from pathlib import Path
def test_wrong():
    while not Path("has_begun").exists():
        time.sleep(0.02)
    assert 1 == 2
""",
    "test_hangs.py": """
import pytest, time
from pathlib import Path
@pytest.fixture(scope="session")
def server():
    yield
    Path("is_torn_down").touch()
def test_hangs(server):
    Path("has_begun").touch()
    time.sleep(3600)
""",
}


def run(
    folder: Path, files: dict[str, str], *options: str
) -> "subprocess.CompletedProcess[str]":
    for name, text in files.items():
        (folder / name).write_text(text)
    plugins = ["core.testing.environment", "core.testing.side_by_side"]
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--processes", "3", *options),
            *(part for name in plugins for part in ("-p", name)),
            *("-p", "no:cacheprovider", "-p", "no:schemathesis", str(folder)),
        ],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(HOUSE),
            "DJANGO_SETTINGS_MODULE": "cloudintel.settings",
        },
        capture_output=True,
        text=True,
        timeout=HANGS_AFTER_SECONDS,
        check=False,
    )


def test_each_file_is_run_once_and_what_happened_is_shown(tmp_path: Path) -> None:
    done = run(tmp_path, FILES, "-rA")
    lines = done.stdout.splitlines()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "2 failed, 4 passed, 1 skipped, 1 warning" in lines[-1], done.stdout
    assert "FAILED test_b.py::test_wrong - assert 1 == 2" in lines
    assert "The process ended with 3 while it ran this." in done.stdout
    assert "UserWarning: careful" in done.stdout


def test_the_first_failure_that_ends_all_has_the_others_tear_down(
    tmp_path: Path,
) -> None:
    done = run(tmp_path, STOPPED, "-x")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed in" in done.stdout.splitlines()[-1]
    assert "KeyboardInterrupt" not in done.stdout + done.stderr
    assert (tmp_path / "is_torn_down").exists()
