"""What can be watched: the stored data that a topic is made of, and who may see it."""

from dataclasses import dataclass

from clouds.access import AnyUser


@dataclass(frozen=True, slots=True)
class Topic:
    """`subjects` are those of clouds.versions."""

    subjects: tuple[str, ...]
    permission: str


COSTS = Topic(("cost",), "costs.view_dailycost")
RUNS = Topic(("runs",), "syncs.view_syncrun")
ANOMALIES = Topic(("anomalies",), "insights.view_anomaly")
RECOMMENDATIONS = Topic(("recommendations",), "insights.view_recommendation")
REMEDIATIONS = Topic(("remediations",), "insights.view_remediation")
BUDGETS = Topic(("budgets", "owners"), "insights.view_budget")
FORECASTS = Topic(("forecasts",), "insights.view_forecast")
RESOURCES = Topic(
    ("instances", "storage", "databases", "network", "cpu", "usage", "owners"),
    "inventory.view_resource",
)
CARBON = Topic(("carbon",), "carbon.view_dailyemission")
TOPICS = {
    "costs": COSTS,
    "runs": RUNS,
    "anomalies": ANOMALIES,
    "recommendations": RECOMMENDATIONS,
    "remediations": REMEDIATIONS,
    "budgets": BUDGETS,
    "forecasts": FORECASTS,
    "resources": RESOURCES,
    "carbon": CARBON,
    "lines": Topic((*COSTS.subjects, "lines"), COSTS.permission),
    "dashboard": Topic(
        (
            *("cost", "instances", "cpu", *FORECASTS.subjects, *BUDGETS.subjects),
            *(*ANOMALIES.subjects, *RECOMMENDATIONS.subjects),
        ),
        "costs.view_dailycost",
    ),
    "demo": Topic(("demo",), "clouds.view_cloudaccount"),
    "backups": Topic(("backups",), "archives.view_backup"),
}


class UnknownTopic(ValueError):
    """The message names the topics that there are."""


def allowed_topics(user: AnyUser) -> frozenset[str]:
    """Return the topics that this user may watch."""
    may = user.has_perm  # type: ignore[union-attr]
    return frozenset(name for name, one in TOPICS.items() if may(one.permission))


def check_topics(names: object) -> frozenset[str]:
    """Return what was asked for. Raise UnknownTopic for anything but known names."""
    if isinstance(names, list) and names and all(isinstance(n, str) for n in names):
        if all(name in TOPICS for name in names):
            return frozenset(names)
        names = next(name for name in names if name not in TOPICS)
    known = ", ".join(TOPICS)
    raise UnknownTopic(f"Choose among the topics {known}, not {str(names)[:40]!r}.")
