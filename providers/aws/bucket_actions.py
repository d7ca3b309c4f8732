"""Setting the storage class of a bucket by a rule of its lifecycle."""

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from providers.acting import ActionKind, CloudAction
from providers.acting_steps import Task
from providers.aws.aws_errors import aws_errors, failure
from providers.aws.buckets import find_bucket
from providers.aws.client import AwsClients
from providers.aws.dry_runs import Attempt
from providers.aws.resource_change import ResourceChange
from providers.aws.resources import tags_of
from providers.errors import ErrorKind, ProviderError
from providers.records import BucketRecord, ResourceRecord

RULE_ID = "cloudintel-storage-class"
STANDARD = "StandardStorage"
# How S3 calls what CloudWatch and the inventory call so, and the fewest days until it
# moves an object there.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
CLASSES: Mapping[str, tuple[str, int]] = {
    "StandardIAStorage": ("STANDARD_IA", 30),
    "IntelligentTieringFAStorage": ("INTELLIGENT_TIERING", 0),
    "GlacierInstantRetrievalStorage": ("GLACIER_IR", 0),
}
TIERS = {name: tier for tier, (name, _) in CLASSES.items()}
NO_RULES, NO_TAGS = "NoSuchLifecycleConfiguration", "NoSuchTagSet"
NO_BUCKET = "NoSuchBucket"
# Beside the rules, it would fall back to S3's default where it is not given again.
LEAST_SIZE = "TransitionDefaultMinimumObjectSize"


class SetStorageClass(ResourceChange):
    def look(self) -> BucketRecord | None:
        """Its access tier is the class to which our own rule moves its objects."""
        name, region = self.action.resource_id, self.region
        try:
            with self._errors("s3:GetBucketTagging"):
                raw = self._asked(NO_TAGS, "get_bucket_tagging").get("TagSet", [])
            tier = _tier_of(self._lifecycle().get("Rules", []))
        except ProviderError as error:
            if error.kind != ErrorKind.CHANGED:
                raise
            return None
        return BucketRecord(
            resource_id=name,
            region=region,
            state="",
            name=name,
            tags=tags_of(raw),
            access_tier=tier,
        )

    def dry_run(self, record: ResourceRecord) -> str:
        others = len(_others(self._lifecycle()))
        self._own_rules()  # whether there is such a class
        return (
            "S3 has no dry run: the lifecycle of the bucket was read, and its "
            f"{others} other rules would stay."
        )

    def do(self, record: ResourceRecord, task: Task) -> str:
        lifecycle = self._lifecycle()
        rules = [*_others(lifecycle), *self._own_rules()]
        least_size = (
            {LEAST_SIZE: lifecycle[LEAST_SIZE]} if LEAST_SIZE in lifecycle else {}
        )
        s3 = self.clients.s3(self.action.region)
        with self._errors("s3:PutLifecycleConfiguration"):
            if rules:
                s3.put_bucket_lifecycle_configuration(
                    **self._bucket,
                    LifecycleConfiguration={"Rules": rules},
                    **least_size,
                )
            else:
                s3.delete_bucket_lifecycle(**self._bucket)
        return self._effect()

    @property
    def _bucket(self) -> dict[str, str]:
        """Anybody can have a bucket of that name, once it was deleted."""
        owner = self.clients.identity
        return {"Bucket": self.action.resource_id, "ExpectedBucketOwner": owner}

    def _effect(self) -> str:
        if self.action.target == STANDARD:
            return (
                "S3 moves no more objects; those that were moved stay where they are."
            )
        name, days = self._class()
        return f"S3 moves each object to {name} {days} days after it was stored."

    def _own_rules(self) -> list[dict[str, Any]]:
        if self.action.target == STANDARD:
            return []
        name, days = self._class()
        return [
            {
                "ID": RULE_ID,
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "Transitions": [{"Days": days, "StorageClass": name}],
            }
        ]

    def _class(self) -> tuple[str, int]:
        target = self.action.target
        if target not in CLASSES:
            reason = f"S3 has no storage class {target!r} to move objects to"
            advice = f"Give one of {', '.join(CLASSES)}."
            raise failure(ErrorKind.INVALID, str(self.action), reason, advice)
        return CLASSES[target]

    def _lifecycle(self) -> Mapping[str, Any]:
        with self._errors("s3:GetLifecycleConfiguration"):
            return self._asked(NO_RULES, "get_bucket_lifecycle_configuration")

    def _asked(self, nothing: str, operation: str) -> Mapping[str, Any]:
        call = getattr(self.clients.s3(self.action.region), operation)
        try:
            answer: Mapping[str, Any] = call(**self._bucket)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == NO_BUCKET:
                raise failure(
                    ErrorKind.CHANGED, str(self.action), "the bucket is gone"
                ) from error
            if code == nothing:
                return {}
            raise
        return answer

    def _errors(self, permission: str) -> Any:
        return aws_errors(f"{self.action} ({permission})", self.action.region)


def _others(lifecycle: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [one for one in lifecycle.get("Rules", []) if one.get("ID") != RULE_ID]


def _tier_of(rules: Sequence[Mapping[str, Any]]) -> str:
    own = [rule for rule in rules if rule.get("ID") == RULE_ID]
    transitions = [move for rule in own for move in rule.get("Transitions", [])]
    return (
        TIERS.get(transitions[0]["StorageClass"], STANDARD) if transitions else STANDARD
    )


def attempts(clients: AwsClients, region: str) -> Sequence[Attempt]:
    """Return the rights to read a bucket's rules; S3 tries no right to write them."""

    def read_rules() -> None:
        for home, name in find_bucket(clients, region):
            action = CloudAction(
                key="",
                kind=ActionKind.SET_STORAGE_CLASS,
                resource_id=name,
                region=home,
            )
            SetStorageClass(clients, action).look()

    name = "s3:GetLifecycleConfiguration, s3:GetBucketTagging, s3:ListAllMyBuckets"
    return [(name, [ActionKind.SET_STORAGE_CLASS], read_rules)]
