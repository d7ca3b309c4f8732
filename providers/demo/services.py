"""What the company pays for besides its machines: services.csv.

Services are spelled as Cost Explorer spells them. `usd` is an ordinary day's usage
at the anchor. A place is a region of AWS, and a resource group of Azure.
"""

from dataclasses import dataclass
from datetime import date

from providers.demo.company import ACCOUNT_IDS, table
from providers.demo.shapes import growth, noise, only_growing, season

COMPUTE = "Amazon Elastic Compute Cloud - Compute"
EC2_OTHER = "EC2 - Other"
RDS = "Amazon Relational Database Service"
S3 = "Amazon Simple Storage Service"
LOAD_BALANCING = "Amazon Elastic Load Balancing"
CLOUDFRONT = "Amazon CloudFront"
REDSHIFT = "Amazon Redshift"
SUPPORT = "AWS Support (Developer)"
TAX = "Tax"


# How much of an ordinary day falls on each day of the week, from Monday. The weeks of
# storage are in its growth.
WEEKS = {
    "shoppers": (0.95, 0.92, 0.93, 0.96, 1.04, 1.12, 1.08),
    "office": (1.10, 1.12, 1.12, 1.11, 1.07, 0.74, 0.74),
    "batch": (1.03, 1.02, 1.02, 1.02, 1.01, 0.96, 0.94),
    "steady": (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
}


@dataclass(frozen=True, slots=True)
class ServiceLine:
    account_id: str
    service: str
    place: str
    usd: float
    week: str
    growth_per_year: float
    team: str
    """Empty: nobody put a tag on it."""

    def usage(self, day: date, anchor: date) -> float:
        """Return what an undisturbed day costs in USD."""
        days = (day - anchor).days
        if self.week == "storage":
            return self.usd * growth(self.growth_per_year, only_growing(days))
        amount = self.usd * growth(self.growth_per_year, days)
        amount *= WEEKS[self.week][day.weekday()]
        amount *= noise(0.03, self.account_id, self.service, self.place, day)
        if self.week == "shoppers":
            # Shoppers come in the same number to every service and region.
            amount *= season(day) * noise(0.04, "shoppers", day)
        return amount


SERVICE_LINES = tuple(
    ServiceLine(
        ACCOUNT_IDS[row["account"]],
        row["service"],
        row["place"],
        float(row["usd"]),
        row["week"],
        float(row["growth_per_year"]),
        row["team"],
    )
    for row in table("services")
)
