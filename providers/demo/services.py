"""What the company pays for besides its machines: plain data.

Services are spelled as Cost Explorer spells them. `usd` is an ordinary day's usage
at the anchor.
"""

from dataclasses import dataclass
from datetime import date

from providers.demo.company import (
    DATA_PLATFORM,
    IRELAND,
    PRODUCTION,
    STAGING,
    SYDNEY,
    VIRGINIA,
)
from providers.demo.shapes import growth, noise, only_growing, season

COMPUTE = "Amazon Elastic Compute Cloud - Compute"
EC2_OTHER = "EC2 - Other"
RDS = "Amazon Relational Database Service"
S3 = "Amazon Simple Storage Service"
CACHE = "Amazon ElastiCache"
BALANCERS = "Amazon Elastic Load Balancing"
CLOUDWATCH = "AmazonCloudWatch"
CLOUDFRONT = "Amazon CloudFront"
LAMBDA = "AWS Lambda"
KMS = "AWS Key Management Service"
REDSHIFT = "Amazon Redshift"
VPC = "Amazon Virtual Private Cloud"
SQS = "Amazon Simple Queue Service"
REGISTRY = "Amazon EC2 Container Registry (ECR)"
SUPPORT = "AWS Support (Developer)"
TAX = "Tax"
GLOBAL = "global"


# How much of an ordinary day falls on each day of the week, from Monday.
SHOPPERS = (0.95, 0.92, 0.93, 0.96, 1.04, 1.12, 1.08)
OFFICE = (1.10, 1.12, 1.12, 1.11, 1.07, 0.74, 0.74)
BATCH = (1.03, 1.02, 1.02, 1.02, 1.01, 0.96, 0.94)
STEADY = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
STORAGE = ()  # its weeks are in its growth


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service of one account in one region."""

    account_id: str
    service: str
    region: str
    usd: float
    week: tuple[float, ...]
    growth_per_year: float

    def usage(self, day: date, anchor: date) -> float:
        """What an undisturbed day costs in USD."""
        days = (day - anchor).days
        if self.week == STORAGE:
            return self.usd * growth(self.growth_per_year, only_growing(days))
        amount = self.usd * growth(self.growth_per_year, days)
        amount *= self.week[day.weekday()]
        amount *= noise(0.03, self.account_id, self.service, self.region, day)
        if self.week == SHOPPERS:
            # Shoppers come in the same number to every service and region.
            amount *= season(day) * noise(0.04, "shoppers", day)
        return amount


SERVICE_LINES = (
    ServiceLine(PRODUCTION, RDS, VIRGINIA, 148.0, STEADY, 0.10),
    ServiceLine(PRODUCTION, EC2_OTHER, VIRGINIA, 88.0, SHOPPERS, 0.20),
    ServiceLine(PRODUCTION, CACHE, VIRGINIA, 61.0, STEADY, 0.08),
    ServiceLine(PRODUCTION, S3, VIRGINIA, 48.0, STORAGE, 0.30),
    ServiceLine(PRODUCTION, BALANCERS, VIRGINIA, 37.0, SHOPPERS, 0.15),
    ServiceLine(PRODUCTION, "Amazon DynamoDB", VIRGINIA, 34.0, SHOPPERS, 0.20),
    ServiceLine(PRODUCTION, CLOUDWATCH, VIRGINIA, 31.0, STEADY, 0.15),
    ServiceLine(PRODUCTION, LAMBDA, VIRGINIA, 22.0, SHOPPERS, 0.25),
    ServiceLine(PRODUCTION, VPC, VIRGINIA, 17.0, STEADY, 0.0),
    ServiceLine(PRODUCTION, SQS, VIRGINIA, 6.2, SHOPPERS, 0.2),
    ServiceLine(PRODUCTION, KMS, VIRGINIA, 1.1, STEADY, 0.05),
    ServiceLine(PRODUCTION, "AWS Secrets Manager", VIRGINIA, 0.9, STEADY, 0.0),
    ServiceLine(PRODUCTION, CLOUDFRONT, GLOBAL, 118.0, SHOPPERS, 0.22),
    ServiceLine(PRODUCTION, "AWS WAF", GLOBAL, 9.4, SHOPPERS, 0.15),
    ServiceLine(PRODUCTION, "Amazon Route 53", GLOBAL, 2.4, SHOPPERS, 0.10),
    ServiceLine(PRODUCTION, RDS, IRELAND, 86.0, STEADY, 0.12),
    ServiceLine(PRODUCTION, EC2_OTHER, IRELAND, 72.0, SHOPPERS, 0.22),
    ServiceLine(PRODUCTION, CACHE, IRELAND, 30.0, STEADY, 0.08),
    ServiceLine(PRODUCTION, S3, IRELAND, 21.0, STORAGE, 0.35),
    ServiceLine(PRODUCTION, BALANCERS, IRELAND, 21.0, SHOPPERS, 0.18),
    ServiceLine(PRODUCTION, CLOUDWATCH, IRELAND, 16.0, STEADY, 0.15),
    ServiceLine(PRODUCTION, LAMBDA, IRELAND, 9.0, SHOPPERS, 0.25),
    ServiceLine(PRODUCTION, KMS, IRELAND, 0.6, STEADY, 0.05),
    ServiceLine(PRODUCTION, RDS, SYDNEY, 31.0, STEADY, 0.10),
    ServiceLine(PRODUCTION, EC2_OTHER, SYDNEY, 18.0, SHOPPERS, 0.30),
    ServiceLine(PRODUCTION, BALANCERS, SYDNEY, 9.0, SHOPPERS, 0.20),
    ServiceLine(PRODUCTION, S3, SYDNEY, 7.0, STORAGE, 0.40),
    ServiceLine(PRODUCTION, CLOUDWATCH, SYDNEY, 5.0, STEADY, 0.15),
    ServiceLine(STAGING, RDS, VIRGINIA, 24.0, STEADY, 0.05),
    ServiceLine(STAGING, EC2_OTHER, VIRGINIA, 9.0, OFFICE, 0.10),
    ServiceLine(STAGING, CLOUDWATCH, VIRGINIA, 8.0, STEADY, 0.05),
    ServiceLine(STAGING, BALANCERS, VIRGINIA, 6.0, OFFICE, 0.05),
    ServiceLine(STAGING, S3, VIRGINIA, 5.8, STORAGE, 0.20),
    ServiceLine(STAGING, REGISTRY, VIRGINIA, 2.9, STORAGE, 0.4),
    ServiceLine(STAGING, LAMBDA, VIRGINIA, 1.7, OFFICE, 0.10),
    ServiceLine(STAGING, KMS, VIRGINIA, 0.3, STEADY, 0.0),
    ServiceLine(STAGING, EC2_OTHER, IRELAND, 2.8, OFFICE, 0.10),
    ServiceLine(STAGING, S3, IRELAND, 1.2, STORAGE, 0.20),
    ServiceLine(DATA_PLATFORM, REDSHIFT, VIRGINIA, 140.0, BATCH, 0.12),
    ServiceLine(DATA_PLATFORM, S3, VIRGINIA, 92.0, STORAGE, 0.45),
    ServiceLine(DATA_PLATFORM, "AWS Glue", VIRGINIA, 45.0, BATCH, 0.20),
    ServiceLine(DATA_PLATFORM, "Amazon Kinesis", VIRGINIA, 28.0, SHOPPERS, 0.20),
    ServiceLine(DATA_PLATFORM, EC2_OTHER, VIRGINIA, 24.0, BATCH, 0.15),
    ServiceLine(DATA_PLATFORM, "Amazon Athena", VIRGINIA, 16.0, OFFICE, 0.25),
    ServiceLine(DATA_PLATFORM, CLOUDWATCH, VIRGINIA, 12.0, STEADY, 0.10),
    ServiceLine(DATA_PLATFORM, LAMBDA, VIRGINIA, 6.0, BATCH, 0.20),
    ServiceLine(DATA_PLATFORM, KMS, VIRGINIA, 0.8, STEADY, 0.05),
    ServiceLine(DATA_PLATFORM, EC2_OTHER, IRELAND, 4.0, BATCH, 0.10),
    ServiceLine(DATA_PLATFORM, S3, IRELAND, 18.0, STORAGE, 0.30),
)
