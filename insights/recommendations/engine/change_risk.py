"""What makes changing an instance risky: who manages it, and data that it holds."""

import re
from dataclasses import dataclass

from insights.recommendations.engine.advice_records import Level, MachineFacts

# Tags that AWS services put on the instances that they start.
MANAGERS = {
    "aws:autoscaling:groupName": "Auto Scaling group",
    "eks:cluster-name": "EKS cluster",
    "aws:eks:cluster-name": "EKS cluster",
    "AmazonECSManaged": "ECS cluster",
    "aws:ecs:clusterName": "ECS cluster",
    "aws:elasticmapreduce:job-flow-id": "EMR cluster",
    "elasticbeanstalk:environment-name": "Elastic Beanstalk environment",
}
KUBERNETES = "kubernetes.io/cluster/"
# Tags that name an instance's purpose, and words of purposes that keep data.
PURPOSES = ("name", "role", "app", "application", "service", "component", "tier")
HOLDS_DATA = re.compile(
    r"(?<![a-z])(?:\w*db\d*|database|\w*sql|postgres|oracle|mongo\w*|redis|cassandra|kafka|"
    r"elastic(?:search)?|opensearch|zookeeper|etcd|nfs|fileserver)(?![a-z])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ChangeRisk:
    """The manager of an instance (empty: none) and whether it holds data."""

    manager: str
    holds_data: bool
    is_spot: bool

    def level(self, least: Level) -> Level:
        """Return at least this, and more where data or a manager is affected."""
        return Level.HIGH if self.holds_data else raised(least, bool(self.manager))

    @property
    def reasons(self) -> list[str]:
        found = []
        if self.holds_data:
            found.append("its name or tags suggest that it holds data")
        if self.manager:
            found.append(
                f"it belongs to an {self.manager}, which would revert a change"
            )
        if self.is_spot:
            found.append("it is a spot instance, which has no list price")
        return found

    def first_steps(self) -> tuple[str, ...]:
        """Return the steps before any change."""
        steps = ["Ask its owner whether it is still needed."]
        if self.holds_data:
            steps.append("Take a snapshot of each volume and test that it restores.")
        return tuple(steps)


def change_risk_of(machine: MachineFacts) -> ChangeRisk:
    """Return it by the tags, name and lifecycle."""
    return ChangeRisk(
        manager=_manager(machine),
        holds_data=_holds_data(machine),
        is_spot=machine.lifecycle == "spot",
    )


def raised(level: Level, by_one: bool) -> Level:
    """Return one level more, up to high."""
    if not by_one:
        return level
    return Level.MEDIUM if level is Level.LOW else Level.HIGH


def _manager(machine: MachineFacts) -> str:
    for tag in machine.tags:
        if tag in MANAGERS:
            return MANAGERS[tag]
        if tag.startswith(KUBERNETES):
            return "EKS cluster"
    return ""


def _holds_data(machine: MachineFacts) -> bool:
    purposes = [value for key, value in machine.tags.items() if key.lower() in PURPOSES]
    return any(HOLDS_DATA.search(text) for text in (machine.name, *purposes))
