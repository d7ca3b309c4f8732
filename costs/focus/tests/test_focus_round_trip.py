"""A month that was imported and exported again is the same month."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.management import call_command

from clouds.models import CloudAccount
from clouds.registry import CloudKind
from costs.models import CostTotal, LineItemMonth
from costs.sync import sync_cost
from providers.files.line_items import LINE_COLUMNS
from providers.files.testing import NOW, PAYER, focus, write_csv

pytestmark = pytest.mark.django_db
FULL = {
    "ChargePeriodEnd": "2026-10-03T01:00:00Z",
    "ResourceId": "i-1",
    "ResourceName": 'a "name", with commas',
    "SkuId": "SKU",
    "SkuMeter": "BoxUsage",
    "x_Operation": "RunInstances",
    "PricingQuantity": "3.000000000000000001",
    "PricingUnit": "Hours",
    "ListUnitPrice": "0.1",
    "ListCost": "1.5",
    "ContractedCost": "1.25",
    "ChargeDescription": "line\nof two",
    "CommitmentDiscountId": "sp-1",
    "CommitmentDiscountStatus": "Used",
    "Tags": '{"team": "shop", "of \\"it\\"": "é"}',
}
EMPTY = dict.fromkeys(FULL, "")


def imported(place: Path) -> list[Any]:
    """Read a bill anew, and return its lines and its days."""
    CostTotal.objects.all().delete()
    CloudAccount.objects.all().delete()
    owner = CloudAccount.objects.create(
        provider=CloudKind.FILES,
        account_id=f"bill:{PAYER}",
        name="bill",
        is_payer=True,
        settings={"place": str(place)},
    )
    run = sync_cost(owner, NOW)
    assert run.status == "succeeded", run.error
    names = ", ".join(LINE_COLUMNS)
    month = LineItemMonth.objects.get()
    with duckdb.connect() as engine:
        lines = engine.execute(
            f"SELECT {names} FROM '{month.path}' ORDER BY BilledCost"  # noqa: S608
        ).fetchall()
    days = CostTotal.objects.order_by("day").values_list("day", "billed", "effective")
    return [lines, list(days)]


@pytest.mark.parametrize("kind", ["csv.gz", "parquet"])
def test_the_export_of_an_imported_month_imports_as_the_same(
    tmp_path: Path, settings: Any, kind: str
) -> None:
    settings.LINE_ITEMS_DIR = tmp_path / "lines"
    write_csv(
        tmp_path / "bill" / "2026-10.csv",
        focus("2026-10-03", "1.234567890123456789", effective="0.9", **FULL),
        focus("2026-10-04", "-0.000000000000000001", **EMPTY),
        focus("2026-10-04", "2", **{**EMPTY, "ChargeCategory": "Tax"}),
    )
    first = imported(tmp_path / "bill")
    (tmp_path / "again").mkdir()
    call_command(
        *("export_focus", str(tmp_path / "again" / f"2026-10.{kind}")),
        *("--start", "2026-10-01", "--end", "2026-11-01"),
    )
    assert imported(tmp_path / "again") == first
