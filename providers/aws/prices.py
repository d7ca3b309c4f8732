"""What AWS charges for reading it, in USD. Everything else that is read is free."""

from decimal import Decimal

# https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/
COST_EXPLORER_REQUEST_USD = Decimal("0.01")
# https://aws.amazon.com/cloudwatch/pricing/: $0.01 per 1,000 metrics requested.
GET_METRIC_DATA_METRIC_USD = Decimal("0.00001")
