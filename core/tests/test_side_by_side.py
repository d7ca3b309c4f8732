"""Tests in several processes are reported as in one, and a process that dies is too."""

import os
import subprocess
import sys
from pathlib import Path

from core.testing.migrated import HOUSE

FILES = {
    "test_a.py": "import os, pytest\nSEEN = []\n"
    "def test_first(): SEEN.append(os.getpid())\n"
    "def test_second(): assert SEEN == [os.getpid()]\n",
    "test_b.py": "def test_wrong(): assert 1 == 2\n",
    "test_c.py": "import os\ndef test_dies(): os._exit(3)\n",
    "test_d.py": "import warnings, pytest\n"
    "@pytest.fixture(scope='session', autouse=True)\n"
    "def ends(tmp_path_factory):\n"
    "    yield\n"
    "    print('ended')\n"
    "def test_warns(tmp_path): warnings.warn('careful')\n"
    "@pytest.mark.skip\ndef test_skipped(): pass\n",
}


def test_each_file_is_run_once_and_what_happened_is_told(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    plugins = ["core.testing.environment", "core.testing.side_by_side"]
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--processes", "3", "-rA"),
            *(part for name in plugins for part in ("-p", name)),
            *("-p", "no:cacheprovider", "-p", "no:schemathesis", str(tmp_path)),
        ],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(HOUSE),
            "DJANGO_SETTINGS_MODULE": "cloudintel.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    lines = run.stdout.splitlines()
    assert run.returncode == 1, run.stdout + run.stderr
    assert "2 failed, 3 passed, 1 skipped, 1 warning" in lines[-1]
    assert "FAILED test_b.py::test_wrong - assert 1 == 2" in lines
    assert "The process ended with 3 while it ran this." in run.stdout
    assert "UserWarning: careful" in run.stdout
