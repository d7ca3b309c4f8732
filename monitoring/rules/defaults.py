"""The rules that an installation begins with. What already tells by itself has none:
a full disk, lost workers, an unreachable broker, data that is stale."""

from typing import Any

HOST = {"kind": "above", "severity": "warning"}
COMPONENT = {"kind": "down", "severity": "critical", "for_minutes": 3}
DEFAULT_RULES: list[dict[str, Any]] = [
    # A refresh of insights keeps a small host busy for a few minutes.
    {
        **HOST,
        "name": "Processor busy",
        "subject": "host_cpu_percent",
        "threshold": 95,
        "for_minutes": 30,
    },
    {
        **HOST,
        "name": "Memory nearly full",
        "subject": "host_memory_percent",
        "threshold": 92,
        "for_minutes": 10,
    },
    {
        **HOST,
        "name": "Swapping",
        "subject": "host_swap_percent",
        "threshold": 60,
        "for_minutes": 15,
    },
    # Measured where DATABASE_DISK_GIB is given.
    {
        "kind": "below",
        "severity": "warning",
        "name": "Database disk full soon",
        "subject": "database_days_until_full",
        "threshold": 14,
        "for_minutes": 60,
    },
    {**COMPONENT, "name": "Database down", "subject": "database"},
    {**COMPONENT, "name": "Cache down", "subject": "cache", "severity": "warning"},
    {**COMPONENT, "name": "Scheduler down", "subject": "beat"},
    {**COMPONENT, "name": "Live process down", "subject": "live"},
    {**COMPONENT, "name": "Backups down", "subject": "backups", "for_minutes": 0},
]


def add_default_rules(rules: Any) -> None:
    """Add them to an installation's table of rules, once: when it is made."""
    rules.objects.bulk_create([rules(**one) for one in DEFAULT_RULES])
