"""What makes changing an instance risky: who manages it, and data that it holds."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from insights.recommendations.engine.advice import Level, MachineFacts

# Tags that AWS services put on what they make.
MANAGERS = {
    "aws:autoscaling:groupName": "Auto Scaling group",
    "eks:cluster-name": "EKS cluster",
    "aws:eks:cluster-name": "EKS cluster",
    "AmazonECSManaged": "ECS cluster",
    "aws:ecs:clusterName": "ECS cluster",
    "aws:elasticmapreduce:job-flow-id": "EMR cluster",
    "elasticbeanstalk:environment-name": "Elastic Beanstalk environment",
    "aws:backup:source-resource": "AWS Backup plan",
    "aws:dlm:lifecycle-policy-id": "Amazon DLM policy",
    "elbv2.k8s.aws/cluster": "EKS cluster",
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
    """The manager of a resource (empty: none), and whether an instance holds data."""

    manager: str
    holds_data: bool = False
    is_spot: bool = False
    paid_anyway: str = ""
    is_resource: bool = True
    """What is none, as a commitment, has no owner to ask."""

    def level(self, least: Level) -> Level:
        """Return at least this, and more where data or a manager is affected."""
        if self.holds_data:
            return Level.HIGH
        if not self.manager:
            return least
        return Level.MEDIUM if least is Level.LOW else Level.HIGH

    @property
    def reasons(self) -> list[str]:
        reasons = []
        if self.holds_data:
            reasons.append("its name or tags suggest that it holds data")
        if self.manager:
            reasons.append(
                f"it belongs to an {self.manager}, which would revert a change"
            )
        if self.is_spot:
            reasons.append("it is a spot instance, which has no list price")
        if self.paid_anyway:
            reasons.append(
                f"its {self.paid_anyway} costs the same until that is released"
            )
        return reasons

    @property
    def first_steps(self) -> list[str]:
        steps = ["Ask its owner whether it is still needed."] * self.is_resource
        if self.holds_data:
            steps.append("Take a snapshot of each volume and test that it restores.")
        return steps


def change_risk_of(machine: MachineFacts) -> ChangeRisk:
    """Return it by the tags, name and lifecycle."""
    tags = machine.tags.items()
    purposes = [value for key, value in tags if key.lower() in PURPOSES]
    return ChangeRisk(
        manager=manager_of(machine.tags),
        holds_data=any(HOLDS_DATA.search(text) for text in (machine.name, *purposes)),
        is_spot=machine.lifecycle == "spot",
        paid_anyway=machine.paid_anyway,
    )


def manager_of(tags: Iterable[str]) -> str:
    for tag in tags:
        if tag in MANAGERS or tag.startswith(KUBERNETES):
            return MANAGERS.get(tag, "EKS cluster")
    return ""
