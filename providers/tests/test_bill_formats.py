"""Each format of bill files becomes the same line items and days."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from providers.files.testing import (
    MEMBER,
    PAYER,
    cur,
    focus,
    provider_of,
    read,
    write_csv,
)
from providers.records import ROUNDING, ChargeCategory

D = Decimal
SUBSCRIPTION = "00000000-0000-0000-0000-0000000000a1"


def lines_of(path: Path, columns: str) -> list[tuple[Any, ...]]:
    asked = f"SELECT {columns} FROM '{path}' ORDER BY ALL"  # noqa: S608
    return duckdb.execute(asked).fetchall()


def azure(day: str = "10/03/2026", cost: str = "1", **columns: str) -> dict[str, str]:
    """Return a line of an enterprise agreement's export."""
    return {
        "BillingAccountId": "1234567",
        "SubscriptionId": SUBSCRIPTION.upper(),
        "Date": day,
        "MeterCategory": "Virtual Machines",
        "MeterName": "D2s v5",
        "ResourceLocation": "West Europe",
        "ResourceId": "/subscriptions/X/resourceGroups/Shop/VM1",
        "ResourceGroup": "Shop",
        "Quantity": "24",
        "CostInBillingCurrency": cost,
        "BillingCurrency": "EUR",
        "ChargeType": "Usage",
        "PricingModel": "OnDemand",
        "Tags": '"team": "shop","env": "prod"',
        **columns,
    }


def test_each_day_sums_to_the_lines_of_focus_to_the_last_decimal(
    tmp_path: Path,
) -> None:
    write_csv(
        tmp_path / "focus-2026-10.csv.gz",
        focus("2026-10-02", "0.0000000123456789", Tags='{"team": "shop"}'),
        focus("2026-10-02", "1.00000000004", ServiceName="Amazon S3", RegionId=""),
        focus("2026-10-02", "1.00000000004", ServiceName="Tax", ChargeCategory="Tax"),
        focus("2026-10-04", "-3e-2", effective="2"),
    )
    bill, days = read(provider_of(tmp_path, tag_keys=["team"]), tmp_path / "l.parquet")
    assert (bill.source_format, bill.line_count) == ("FOCUS 1.2", 4)
    assert [(d.totals[0].day.day, d.totals[0].billed) for d in days] == [
        (1, D(0)),
        (2, D("2.0000000124")),  # of 2.0000000124256789
        (3, D(0)),
        (4, D("-0.03")),
    ]
    second = {row.service: row for row in days[1].rows}
    assert second["Amazon EC2"].billed == D("0.0000000123")
    assert second["Amazon EC2"].sub_account_id == MEMBER
    assert second["Tax"].charge_category is ChargeCategory.TAX
    assert second[ROUNDING].billed == D("0.0000000001")
    assert sum(row.billed for row in days[1].rows) == days[1].totals[0].billed
    tagged = {
        row.tag_value: row.billed for row in days[1].tags if row.service != ROUNDING
    }
    assert tagged["shop"] == D("0.0000000123")
    assert days[3].totals[0].effective == bill.effective - days[1].totals[0].effective


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({}, "FOCUS 1.0"),
        ({"SkuMeter": "Compute"}, "FOCUS 1.1"),
        ({"SkuMeter": "Compute", "InvoiceId": ""}, "FOCUS 1.2"),
        ({"InvoiceId": "", "ServiceProviderName": "AWS"}, "FOCUS 1.3"),
    ],
)
def test_the_version_of_focus_is_recognized_by_its_columns(
    more: dict[str, str], name: str, tmp_path: Path
) -> None:
    line = {k: v for k, v in focus().items() if k != "InvoiceId"} | more
    write_csv(tmp_path / "2026-10.csv", line)
    bill, _ = read(provider_of(tmp_path), tmp_path / "l.parquet")
    assert bill.source_format == name


def test_a_commitment_of_a_usage_report_costs_what_aws_amortizes(
    tmp_path: Path,
) -> None:
    plan = {"savingsPlan__SavingsPlanARN": "arn:plan"}
    amounts = (
        "savingsPlan/SavingsPlanEffectiveCost",
        "savingsPlan/TotalCommitmentToDate",
        "savingsPlan/UsedCommitment",
        "reservation/EffectiveCost",
        "reservation/UnusedRecurringFee",
        "resourceTags/user:costCenter",
    )
    blank = {name.replace("/", "__"): "" for name in amounts}
    blank |= {"savingsPlan__SavingsPlanARN": ""}

    def line(kind: str, billed: str, **columns: str) -> Any:
        return cur(kind, billed, **{**blank, **columns})

    covered = {"savingsPlan__SavingsPlanEffectiveCost": "7", **plan}
    fee = {"savingsPlan__TotalCommitmentToDate": "10", **plan}
    write_csv(
        tmp_path / "2026-10.csv",
        line("Usage", "1", **{"resourceTags__user:costCenter": "42"}),
        line("SavingsPlanCoveredUsage", "9", **covered),
        line("SavingsPlanNegation", "-9", **plan),
        line("SavingsPlanRecurringFee", "10", **fee, savingsPlan__UsedCommitment="7"),
        line("DiscountedUsage", "0", reservation__EffectiveCost="2"),
        line("RIFee", "3", reservation__UnusedRecurringFee="0.5"),
        line("Credit", "-1"),
    )
    lines = tmp_path / "l.parquet"
    bill, days = read(provider_of(tmp_path), lines)
    assert bill.source_format == "CUR"
    assert (bill.billed, bill.effective) == (D(13), D("12.5"))
    sums = {row.charge_category.value: row.billed for row in days[2].rows}
    assert sums == {"Usage": D(1), "Purchase": D(13), "Credit": D(-1)}
    assert lines_of(lines, "CommitmentDiscountStatus, EffectiveCost") == [
        ("", D(-1)),
        ("", D(0)),
        ("", D(1)),
        ("Unused", D("0.5")),
        ("Unused", D(3)),
        ("Used", D(2)),
        ("Used", D(7)),
    ]
    assert ("42",) in lines_of(lines, "Tags['costCenter']")


def test_doubles_of_a_usage_report_in_parquet_stay_as_they_are_written(
    tmp_path: Path,
) -> None:
    target = tmp_path / "data" / "BILLING_PERIOD=2026-10" / "cur-00001.parquet"
    target.parent.mkdir(parents=True)
    duckdb.sql(
        f"""COPY (SELECT '{PAYER}' AS bill_payer_account_id,
        TIMESTAMP '2026-10-01' AS bill_billing_period_start_date,
        '{MEMBER}' AS line_item_usage_account_id, 'Usage' AS line_item_line_item_type,
        TIMESTAMP '2026-10-03 05:00' AS line_item_usage_start_date,
        'AmazonEC2' AS line_item_product_code, amount AS line_item_unblended_cost,
        'USD' AS line_item_currency_code,
        MAP {{'product_name': 'Amazon EC2', 'region_code': 'eu-west-1'}} AS product,
        MAP {{'user_team': 'shop'}} AS resource_tags
        FROM (VALUES (0.1::DOUBLE), (0.2), (1.123456789012345e-7)) amounts(amount)
        ) TO '{target}'"""  # noqa: S608
    )
    lines = tmp_path / "l.parquet"
    bill, days = read(provider_of(tmp_path / "data"), lines)
    assert bill.source_format == "CUR 2.0"
    assert lines_of(lines, "BilledCost, ServiceName, RegionId, Tags['team']") == [
        (D("0.000000112345678901"), "Amazon EC2", "eu-west-1", "shop"),
        (D("0.1"), "Amazon EC2", "eu-west-1", "shop"),
        (D("0.2"), "Amazon EC2", "eu-west-1", "shop"),
    ]
    assert days[2].totals[0].billed == D("0.3000001123")


def test_an_azure_export_is_read_with_a_byte_order_mark_and_decimal_commas(
    tmp_path: Path,
) -> None:
    write_csv(
        tmp_path / "20261001-20261031" / "part_0.csv",
        azure(cost="1.234,5", Quantity="24"),
        azure(cost="0,25", ChargeType="Refund"),
        start="\ufeff",
    )
    lines = tmp_path / "l.parquet"
    bill, days = read(provider_of(tmp_path, "bill:1234567"), lines)
    assert (bill.source_format, bill.currency) == ("Azure EA", "EUR")
    assert days[2].totals[0].billed == D("1234.75")
    usage = next(row for row in days[2].rows if row.charge_category == "Usage")
    assert (usage.sub_account_id, usage.region) == (SUBSCRIPTION, "westeurope")
    assert usage.resource_group == "shop"
    assert ("shop", "prod") in lines_of(lines, "Tags['team'], Tags['env']")


def test_a_usage_that_a_reservation_pays_for_is_not_billed_a_second_time(
    tmp_path: Path,
) -> None:
    write_csv(
        tmp_path / "2026-10.csv",
        azure(cost="5", PricingModel="Reservation"),
        azure(cost="2", PricingModel="Reservation", ChargeType="UnusedReservation"),
        azure(cost="100", PricingModel="Reservation", ChargeType="Purchase"),
        azure(cost="3"),
    )
    lines = tmp_path / "l.parquet"
    bill, _ = read(provider_of(tmp_path, "bill:1234567"), lines)
    assert bill.billed == D(103)
    assert lines_of(lines, "BilledCost, EffectiveCost, CommitmentDiscountStatus") == [
        (D(0), D(2), "Unused"),
        (D(0), D(5), "Used"),
        (D(3), D(3), ""),
        (D(100), D(100), ""),
    ]


def test_a_subscription_that_pays_as_it_goes_is_its_own_billing_account(
    tmp_path: Path,
) -> None:
    line = {
        "SubscriptionGuid": SUBSCRIPTION,
        "UsageDateTime": "2026-10-03",
        "MeterCategory": "Storage",
        "UsageQuantity": "1",
        "PreTaxCost": "0.0000000000012",
        "Currency": "USD",
        "InstanceId": "x",
        "Tags": "",
    }
    write_csv(tmp_path / "2026-10.csv", line)
    bill, days = read(
        provider_of(tmp_path, f"bill:{SUBSCRIPTION}"), tmp_path / "l.parquet"
    )
    assert (bill.source_format, len(days)) == ("Azure PAYG", 3)
    assert lines_of(tmp_path / "l.parquet", "BilledCost") == [(D("1.2e-12"),)]


def test_amortized_costs_take_from_actual_costs_what_was_billed_ahead(
    tmp_path: Path,
) -> None:
    ahead = {"PricingModel": "Reservation"}
    exports = {
        "ActualCost": [
            azure(cost="100", ChargeType="Purchase", **ahead),
            azure(cost="0", **ahead),
            azure(cost="3", Tags='{"a'),
        ],
        "AmortizedCost": [azure(cost="5", **ahead), azure(cost="3", Tags='{"a')],
    }
    for kind, written in exports.items():
        name = f"{kind}/20261001-20261031/part_0.csv"
        path = write_csv(tmp_path / name, *written)
        config = {"exportName": kind, "type": kind}
        manifest = {"exportConfig": config, "blobs": [{"blobName": f"x/{name}"}]}
        path.with_name("manifest.json").write_text(json.dumps(manifest))
    lines = tmp_path / "l.parquet"
    bill, _ = read(provider_of(tmp_path, "bill:1234567"), lines)
    assert (bill.billed, bill.effective) == (D(103), D(8))
    assert lines_of(lines, "BilledCost, EffectiveCost") == [
        (D(0), D(5)),
        (D(3), D(3)),
        (D(100), D(0)),
    ]
    assert ('{"a',) in lines_of(lines, "Tags['(unreadable)']")


def test_a_file_is_read_by_its_very_name_and_folders_are_no_columns(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "ServiceName=x"
    write_csv(folder / "bill1-2026-10.csv", focus(billed="7"))
    path = write_csv(folder / "bill[1]-2026-10.csv", focus(billed="1"))
    lines = tmp_path / "l.parquet"
    read(provider_of(path, folder=tmp_path), lines)
    assert lines_of(lines, "BilledCost, ServiceName") == [(D(1), "Amazon EC2")]


def test_tags_that_have_a_key_twice_do_not_refuse_the_bill(tmp_path: Path) -> None:
    twice = '"team": "a", "team": "b"'
    write_csv(tmp_path / "2026-10.csv", focus(Tags=twice), focus(Tags='"team": "a"'))
    lines = tmp_path / "l.parquet"
    read(provider_of(tmp_path), lines)
    tags = "coalesce(Tags['team'], Tags['(unreadable)'])"
    assert {tag for (tag,) in lines_of(lines, tags)} == {twice, "a"}
