"""What makes a machine's change riskier or different: who runs it and what it holds."""

import re
from dataclasses import dataclass

from insights.advice.records import Level, MachineFacts

# Tags that AWS's own services put on the machines that they start.
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
# Tags that tell what a machine is for, and words of those that keep data.
PURPOSES = ("name", "role", "app", "application", "service", "component", "tier")
KEEPS_DATA = re.compile(
    r"(?<![a-z])(?:\w*db\d*|database|\w*sql|postgres|oracle|mongo\w*|redis|cassandra|kafka|"
    r"elastic(?:search)?|opensearch|zookeeper|etcd|nfs|fileserver)(?![a-z])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Care:
    """Who runs the machine (empty: nobody but its owner) and whether it keeps data."""

    manager: str
    keeps_data: bool
    is_spot: bool

    def risk(self, least: Level) -> Level:
        """At least this, and more where data or a manager is touched."""
        return Level.HIGH if self.keeps_data else raised(least, bool(self.manager))

    @property
    def reasons(self) -> list[str]:
        found = []
        if self.keeps_data:
            found.append("by its name or tags it keeps data")
        if self.manager:
            found.append(f"it belongs to an {self.manager}, which would undo a change")
        if self.is_spot:
            found.append("it is a spot machine, which no list prices")
        return found

    def first_steps(self) -> tuple[str, ...]:
        """What comes before any change."""
        steps = ["Ask its owner whether it is still needed as it is."]
        if self.keeps_data:
            steps.append("Take a snapshot of each volume and test that it restores.")
        return tuple(steps)


def care_of(machine: MachineFacts) -> Care:
    """What its tags, name and lifecycle tell."""
    return Care(
        manager=_manager(machine),
        keeps_data=_keeps_data(machine),
        is_spot=machine.lifecycle == "spot",
    )


def raised(level: Level, by_one: bool) -> Level:
    """One level more, up to high."""
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


def _keeps_data(machine: MachineFacts) -> bool:
    told = [value for key, value in machine.tags.items() if key.lower() in PURPOSES]
    return any(KEEPS_DATA.search(text) for text in (machine.name, *told))
