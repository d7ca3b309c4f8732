"""The names of a small company, which questions of tests are about."""

from datetime import date

from assistant.engine.names import Name, NameKind, Vocabulary

FRIDAY = date(2026, 11, 20)
SERVICES = (
    "Amazon Relational Database Service",
    "Amazon Simple Storage Service",
    "Amazon Elastic Compute Cloud - Compute",
    "Amazon EC2 Container Registry (ECR)",
    "EC2 - Other",
    "Amazon CloudFront",
    "Amazon Redshift",
    "AWS Lambda",
    "AmazonCloudWatch",
    "AWS Cost Explorer",
    "Tax",
    "Virtual Machines",
    "Storage",
    "SQL Database",
)
ACCOUNTS = {
    "000000000011": "production",
    "000000000022": "staging",
    "000000000033": "data-platform",
    "00000000-0000-0000-0000-000000000044": "stores",
}


def company() -> Vocabulary:
    names = [Name(NameKind.SERVICE, one) for one in SERVICES]
    names += [Name(NameKind.ACCOUNT, key, name) for key, name in ACCOUNTS.items()]
    regions = ("eu-west-1", "us-east-1", "ap-southeast-2", "westeurope")
    names += [Name(NameKind.REGION, one) for one in regions]
    names += [
        Name(NameKind.PROVIDER, "demo", "Demo AWS", ("aws", "amazon")),
        Name(NameKind.PROVIDER, "demo-azure", "Demo Azure", ("azure",)),
        Name(NameKind.CATEGORY, "Tax", aliases=("taxes",)),
        Name(NameKind.CATEGORY, "Credit", aliases=("credits",)),
        Name(NameKind.BUDGET, "Platform"),
    ]
    teams = ("shop", "data", "ops", "finance")
    names += [Name(NameKind.TAG, f"team={one}") for one in teams]
    return Vocabulary(names, ["team"])
