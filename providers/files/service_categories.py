"""FOCUS's categories of services, by words in their names; the first that matches."""

import re

CATEGORIES = {
    "Databases": "database|rds|dynamodb|redshift|elasticache|sql|cosmos|neptune",
    "Storage": "s3|simple storage|storage|backup|glacier|file system|disk",
    "Compute": "ec2|compute|lambda|virtual machine|container|kubernetes|function",
    "Networking": "cloudfront|private cloud|load balanc|route 53|network|bandwidth|dns",
    "Security": "key management|secrets|waf|guardduty|security|key vault|shield",
    "Analytics": "athena|glue|kinesis|emr|data factory|synapse",
    "Integration": "queue|notification|event|step functions|service bus",
    "Management and Governance": "cloudwatch|monitor|cloudtrail|config|log analytics",
}
OTHER = "Other"


def category_of(service: str) -> str:
    found = (
        name for name, words in CATEGORIES.items() if re.search(words, service.lower())
    )
    return next(found, OTHER)


def subcategory(category: str) -> str:
    """Return that of a service of which only the category is known."""
    return f"Other ({category})"
