"""Bills for tests: a few rows a day, and totals that they sum to."""

from datetime import date
from decimal import Decimal

from costs.models import CostTotal, DailyCost
from costs.rollups import changing
from providers.windows import ONE_DAY, Window
from syncs.models import CloudAccount


def charge(
    owner: CloudAccount,
    day: date,
    billed: str,
    *,
    service: str = "EC2",
    region: str = "eu-west-1",
    category: str = "Usage",
    currency: str = "USD",
    effective: str | None = None,
    sub_account: str | None = None,
) -> DailyCost:
    """One row of the bill; amortized as billed unless told otherwise."""
    with changing([owner.pk], Window(day, day + ONE_DAY)):
        return DailyCost.objects.create(
            account=owner,
            day=day,
            sub_account_id=sub_account or owner.account_id,
            service=service,
            region=region,
            charge_category=category,
            currency=currency,
            billed=Decimal(billed),
            effective=Decimal(effective or billed),
            is_estimated=False,
        )


def close(
    owner: CloudAccount, *days: date, estimated: bool = False, currency: str = "USD"
) -> None:
    """Stores the total of each day as the sum of its rows; 0 where it has none."""
    with changing([owner.pk]):
        for day in days:
            rows = DailyCost.objects.filter(account=owner, day=day, currency=currency)
            CostTotal.objects.create(
                account=owner,
                day=day,
                currency=currency,
                billed=sum((row.billed for row in rows), Decimal(0)),
                effective=sum((row.effective for row in rows), Decimal(0)),
                is_estimated=estimated,
            )
