"""The statistics libraries load where they are used, and nowhere else."""

import subprocess
import sys

PROGRAM = """
import sys, django
django.setup()
import cloudintel.urls, cloudintel.wsgi, insights.forecasting.records
print(sorted({"statsforecast", "statsmodels", "pandas"} & set(sys.modules)))
"""


def test_the_web_process_loads_no_statistics_library() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"DJANGO_SETTINGS_MODULE": "cloudintel.settings", "ENV_FILE": ""},
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr
