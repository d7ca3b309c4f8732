"""Steps of a presenter, and what they change of the bill, for tests."""

from decimal import Decimal
from typing import Any

from django.db.models import Sum

from core.testing.clock import NOW, TODAY
from core.windows import ONE_DAY
from costs.models import DailyCost
from dashboard.demo.perform import perform
from providers.demo.company import PRODUCTION
from providers.demo.steps import parse_step

LAMBDA = {"account": "production", "what": "AWS Lambda", "place": "us-east-1"}


def do(word: str, **fields: Any) -> str:
    return perform(parse_step({"do": word, **fields}), NOW, "ada")


def cost(day_ago: int) -> Decimal:
    """Return what LAMBDA cost on that day."""
    rows = DailyCost.objects.filter(
        account__account_id=PRODUCTION,
        day=TODAY - ONE_DAY * day_ago,
        service=LAMBDA["what"],
        region=LAMBDA["place"],
    )
    return rows.aggregate(sum=Sum("billed"))["sum"] or Decimal(0)
