"""Bills as files for tests, each of a few lines."""

import csv
import gzip
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from providers.bill_records import Bill
from providers.files.account_settings import FilesSettings
from providers.files.provider import FilesOptions, FilesProvider
from providers.records import CostReading

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAYER, MEMBER = "111122223333", "444455556666"
Line = Mapping[str, str]


def focus(day: str = "2026-10-03", billed: str = "1", **columns: str) -> Line:
    """Return a line of FOCUS 1.2 of that day."""
    month = f"{day[:7]}-01T00:00:00Z"
    return {
        "BillingAccountId": PAYER,
        "SubAccountId": MEMBER,
        "BillingCurrency": "USD",
        "BillingPeriodStart": month,
        "InvoiceId": "",
        "ChargePeriodStart": f"{day}T00:00:00Z",
        "ChargeCategory": "Usage",
        "ServiceName": "Amazon EC2",
        "RegionId": "eu-west-1",
        "BilledCost": billed,
        "EffectiveCost": columns.pop("effective", billed),
        "Tags": "",
        **columns,
    }


def cur(kind: str = "Usage", billed: str = "1", **columns: str) -> Line:
    """Return a line of the legacy Cost and Usage Report."""
    named = {name.replace("__", "/"): value for name, value in columns.items()}
    return {
        "identity/LineItemId": "x",
        "bill/PayerAccountId": PAYER,
        "bill/BillingPeriodStartDate": "2026-10-01T00:00:00Z",
        "lineItem/UsageAccountId": MEMBER,
        "lineItem/LineItemType": kind,
        "lineItem/UsageStartDate": "2026-10-03T05:00:00Z",
        "lineItem/ProductCode": "AmazonEC2",
        "lineItem/UnblendedCost": billed,
        "lineItem/CurrencyCode": "USD",
        "product/region": "eu-west-1",
        **named,
    }


def write_csv(path: Path, *lines: Line, start: str = "") -> Path:
    """Write the lines, by gzip if its name says so; `start` comes before them."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, lines[0].keys())
    writer.writeheader()
    writer.writerows(lines)
    content = (start + text.getvalue()).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def provider_of(
    place: Path | str, account_id: str = f"bill:{PAYER}", **settings: object
) -> FilesProvider:
    """Return what reads the place; what it needs on disk lies beside it."""
    folder = Path(str(settings.pop("folder", place)))
    folder = folder if folder.is_dir() else folder.parent
    return FilesProvider(
        account_id,
        FilesSettings(place=str(place), **settings),  # type: ignore[arg-type]
        FilesOptions(folder),
        NOW,
    )


def say_nothing(sentence: str) -> None:
    pass


def read(provider: FilesProvider, lines: Path) -> tuple[Bill, list[CostReading]]:
    """Read the only month that is there."""
    (month,) = provider.list_months({}, say_nothing)
    bill = provider.read_month(month, lines, say_nothing)
    return bill, list(bill.days)
