"""A year of costs of many subscriptions by one billing scope, within Azure's quotas.

The emulator counts as Azure does and refuses what is too much; its clock goes on by
what the client waits. Beside it is the floor: 3 questions a month and their pages, and
how many of them a scope and a tenant may ask in an hour.

    python -m benchmarks.azure_costs [--subscriptions 100] [--services 8]
"""

import argparse
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from benchmarks.measure import clock, in_child, report_child, save
from core.windows import Window

NOW = datetime(2026, 6, 6, 9, tzinfo=UTC)
MONTHS = 12
QUERY = "Microsoft.CostManagement/query"
GOAL_MB = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=["read"])
    parser.add_argument("--subscriptions", type=int, default=100)
    parser.add_argument("--services", type=int, default=8, help="of a subscription")
    options = parser.parse_args()
    if options.part:
        report_child(read)
        return
    import os

    scale = {
        "SUBSCRIPTIONS": str(options.subscriptions),
        "SERVICES": str(options.services),
    }
    found = in_child("benchmarks.azure_costs", "read", os.environ | scale)
    show(found, options.subscriptions)
    save("azure_costs", {"subscriptions": options.subscriptions, **found})


def read() -> Mapping[str, Any]:
    """Fill the emulator, and fetch the year as a sync does."""
    import os

    from core.testing.azure_emulator import EmulatedAzure
    from core.windows import add_months
    from providers.azure import rate_limits
    from providers.azure.client import AzureAccount, AzureOptions
    from providers.azure.provider import AzureProvider

    class Counted(EmulatedAzure):
        refused = 0

        def respond(self, environ: Any) -> Any:
            answer: Any = super().respond(environ)
            self.refused += answer.status_code == 429
            return answer

    with Counted(now=NOW) as azure:
        scope = azure.world.add_billing_scope("8608480")
        start = add_months(NOW.date(), -MONTHS)
        fill(
            azure, start, int(os.environ["SUBSCRIPTIONS"]), int(os.environ["SERVICES"])
        )
        began = azure.now
        rate_limits.time = SimpleNamespace(  # type: ignore[attr-defined, assignment]
            monotonic=lambda: azure.now.timestamp()
        )
        options = AzureOptions(
            endpoint_url=azure.endpoint_url,
            access_token=azure.environment()["AZURE_ACCESS_TOKEN"],
            wait=azure.wait,
        )
        provider = AzureProvider(AzureAccount(scope), options, NOW)
        rows = days = 0
        with clock() as seconds:
            for part in provider.fetch_costs(Window(start, NOW.date()), lambda _: None):
                rows, days = rows + len(part.rows), days + len(part.totals)
        return {
            "questions": provider.meter.requests_by_operation[QUERY],
            "refused": azure.refused,
            "minutes": (azure.now - began).total_seconds() / 60,
            "quota_per_hour": azure.quotas.qpu["QueriesPerHour"],
            "scope_per_minute": azure.quotas.requests_a_minute,
            "rows": rows,
            "days": days,
            "read_seconds": seconds["seconds"],
            "client_seconds": seconds["cpu_seconds"] - azure.busy_seconds,
        }


def fill(azure: Any, start: Any, subscriptions: int, services: int) -> None:
    owners = [azure.world.add_subscription() for _ in range(subscriptions)]
    for back in range((NOW.date() - start).days):
        day = start + timedelta(days=back)
        for number, owner in enumerate(owners):
            for service in range(services):
                azure.world.cost(
                    *(day, f"Service {service:02}", 1 + (back + number) % 7 / 8),
                    subscription=owner,
                    resource_group=f"group-{service % 3}",
                )


def show(found: Mapping[str, Any], subscriptions: int) -> None:
    print(
        f"{found['days']} days of {subscriptions} subscriptions by one scope: "
        f"{found['rows']:,} rows"
    )
    print(
        f"{found['questions']} questions, {found['refused']} refused; "
        f"floor {3 * (MONTHS + 1)} and their further pages"
    )
    an_hour = min(found["quota_per_hour"], 60 * found["scope_per_minute"])
    print(
        f"{found['minutes']:.0f} minutes of Azure's clock, at {an_hour} questions an "
        f"hour that a scope may ask, of {found['quota_per_hour']} of its tenant"
    )
    print(
        f"the client's own time {found['client_seconds']:.1f} s; with the emulator "
        f"{found['read_seconds']:.1f} s, and {found['peak_mb']:.0f} MB of both"
    )


if __name__ == "__main__":
    main()
