"""``python -m core.testing.aws_emulator``: the sample company on a local port."""

from __future__ import annotations

import argparse
import contextlib
import time
from datetime import UTC, datetime

from core.testing.aws_emulator.aws import EmulatedAws
from core.testing.aws_emulator.sample import EXTERNAL_ID, ROLE, fill

CLOCK_SECONDS = 10  # how often the emulator's clock follows the real one


def main() -> None:
    """Serves until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m core.testing.aws_emulator")
    parser.add_argument("--port", type=int, default=5055)
    parser.add_argument("--accounts", type=int, default=3, help="the payer included")
    parser.add_argument("--instances", type=int, default=60)
    parser.add_argument("--days", type=int, default=120, help="of costs")
    options = parser.parse_args()
    with EmulatedAws(now=datetime.now(UTC), port=options.port) as aws:
        fill(aws, options.accounts, options.instances, options.days)
        for name, value in aws.environment().items():
            print(f"export {name}={value}")
        members = [each for each, world in aws.worlds.items() if world.organization]
        print(f"# Role {ROLE}, ExternalId {EXTERNAL_ID}, members: {' '.join(members)}")
        print("# Ctrl-C stops it.", flush=True)
        while True:
            time.sleep(CLOCK_SECONDS)
            aws.now = datetime.now(UTC)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
