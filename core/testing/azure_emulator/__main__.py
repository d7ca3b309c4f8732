"""``python -m core.testing.azure_emulator``: the sample company on a local port."""

from __future__ import annotations

import argparse
import contextlib
import time
from datetime import UTC, datetime

from core.testing.azure_emulator.azure import EmulatedAzure
from core.testing.azure_emulator.sample import BILLING_ACCOUNT, fill

CLOCK_SECONDS = 0.5  # how often the emulator's clock follows the real one


def main() -> None:
    """Serves until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m core.testing.azure_emulator")
    parser.add_argument("--port", type=int, default=5056)
    parser.add_argument("--vms", type=int, default=40)
    parser.add_argument("--months", type=int, default=14, help="of costs")
    options = parser.parse_args()
    with EmulatedAzure(now=datetime.now(UTC), port=options.port) as azure:
        fill(azure, options.vms, options.months)
        _say_how(azure)
        while True:
            time.sleep(CLOCK_SECONDS)
            azure.now = datetime.now(UTC)


def _say_how(azure: EmulatedAzure) -> None:
    """Prints what to paste into another terminal."""
    for name, value in azure.environment().items():
        print(f"export {name}={value}")
    add = ".venv/bin/python manage.py add_account --provider azure"
    tenant = f"--tenant {azure.world.tenant_id}"
    for each, subscription in azure.world.subscriptions.items():
        print(f"{add} --name {subscription.name} --subscription {each} {tenant}")
    billing = f"/providers/Microsoft.Billing/billingAccounts/{BILLING_ACCOUNT}"
    print(f"# The bill over both, with what only it has:\n# {add} \\")
    print(f"#   --billing-scope {billing} {tenant}")
    print("# Ctrl-C stops it.", flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
