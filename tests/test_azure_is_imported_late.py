"""Who reads no Azure account never loads Microsoft's packages."""

import subprocess
import sys

SCRIPT = """
import sys
import clouds.registry
import providers.azure.provider
print([name for name in sys.modules if name.split(".")[0] in ("azure", "msal")])
"""


def test_the_registry_loads_no_package_of_azure() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
