"""cloudintel as a person runs it: manage.py in a process and a folder of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from core.testing.waiting import HANGS_AFTER_SECONDS

HOUSE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Installed:
    """An installation of its own, on SQLite unless its environment says otherwise."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "ENV_FILE": "",
            "STATE_DIR": str(self.folder),
            "DATABASE_URL": f"sqlite:///{self.folder / 'cloudintel.sqlite3'}",
        }
        return {**os.environ, **own}

    def manage(
        self, *arguments: str, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        """Runs manage.py in a pipe."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=HOUSE,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=HANGS_AFTER_SECONDS,
            check=False,
        )
