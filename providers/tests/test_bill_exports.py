"""Which files are a month's newest run of an export."""

import json
import os
from datetime import date
from pathlib import Path

import pytest

from providers.errors import ProviderError
from providers.files.testing import cur, focus, provider_of, say_nothing, write_csv

GUIDS = [f"{one}0000000-0000-0000-0000-000000000000" for one in "12"]


def months(place: Path) -> dict[date, str]:
    found = provider_of(place).list_months({}, say_nothing)
    return {one.month: one.files.rpartition(": ")[2] for one in found}


def older(path: Path) -> None:
    os.utime(path, (1, 1))


def test_the_newest_run_of_an_azure_export_counts(tmp_path: Path) -> None:
    for run in GUIDS:
        folder = tmp_path / "costs" / "20261001-20261031" / run
        write_csv(folder / "part_0_0001.csv", focus())
        name = f"costs/20261001-20261031/{run}/part_0_0001.csv"
        text = json.dumps({"exportConfig": {}, "blobs": [{"blobName": name}]})
        (folder / "manifest.json").write_text("\ufeff" + text)
    older(tmp_path / "costs" / "20261001-20261031" / GUIDS[1] / "manifest.json")
    name = f"costs/20261001-20261031/{GUIDS[0]}/part_0_0001.csv"
    assert months(tmp_path) == {date(2026, 10, 1): name}


def test_runs_without_a_manifest_are_distinguished_by_their_folders(
    tmp_path: Path,
) -> None:
    for run in GUIDS:
        folder = tmp_path / "20261001-20261031" / run
        path = write_csv(folder / "part_0_0001.csv", focus())
        write_csv(folder / "part_1_0001.csv", focus())
    for left in path.parent.parent.joinpath(GUIDS[0]).iterdir():
        older(left)
    name = f"20261001-20261031/{GUIDS[1]}/part_0_0001.csv and 1 more"
    assert months(tmp_path) == {date(2026, 10, 1): name}


def test_a_usage_report_is_read_by_its_manifest_from_any_folder(tmp_path: Path) -> None:
    period = tmp_path / "bills" / "cur" / "20261001-20261101"
    write_csv(period / "a1" / "cur-1.csv.gz", cur())
    write_csv(period / "a0" / "cur-1.csv.gz", cur(), cur())
    for folder, assembly in (
        (period, "a1"),
        (period / "a1", "a1"),
        (period / "a0", "a0"),
    ):
        key = f"bills/cur/20261001-20261101/{assembly}/cur-1.csv.gz"
        manifest = {
            "reportName": "cur",
            "reportKeys": [key],
            "billingPeriod": {"start": "20261001T000000.000Z"},
        }
        (folder / "cur-Manifest.json").write_text(json.dumps(manifest))
    older(period / "a0" / "cur-Manifest.json")
    for place in (tmp_path, tmp_path / "bills" / "cur", period):
        (name,) = months(place).values()
        assert name.endswith("a1/cur-1.csv.gz")


def test_a_superseded_run_may_have_lost_its_files(tmp_path: Path) -> None:
    write_csv(tmp_path / "data" / "BILLING_PERIOD=2026-10" / "f-2.csv", focus())
    for run, made_at in (("1", 1), ("2", 2)):
        folder = tmp_path / "metadata" / "BILLING_PERIOD=2026-10" / run
        folder.mkdir(parents=True)
        key = f"s3://bucket/x/data/BILLING_PERIOD=2026-10/f-{run}.csv"
        path = folder / "f-Manifest.json"
        path.write_text(json.dumps({"dataFiles": [key]}))
        os.utime(path, (made_at, made_at))
    assert months(tmp_path) == {
        date(2026, 10, 1): "data/BILLING_PERIOD=2026-10/f-2.csv"
    }


@pytest.mark.parametrize(
    ("days", "month"),
    [
        ("20261001-20261031", 10),
        ("20261001-20261101", 10),
        ("20261001-20261003", 10),
        ("20261026-20261101", 9),
        ("20261001-20261231", 9),
        ("20261301-20261331", 9),
    ],
)
def test_only_days_of_one_month_tell_it(tmp_path: Path, days: str, month: int) -> None:
    write_csv(tmp_path / days / "bill.csv", focus("2026-09-30"))
    assert [*months(tmp_path)] == [date(2026, month, 1)]


def test_runs_of_weeks_take_no_other_ones_place(tmp_path: Path) -> None:
    for week in ("20261019-20261025", "20261026-20261101"):
        path = write_csv(tmp_path / week / "run" / "part_0.csv", focus())
        name = f"{week}/run/part_0.csv"
        start, end = (
            f"{day[:4]}-{day[4:6]}-{day[6:]}T00:00:00" for day in week.split("-")
        )
        manifest = {
            "exportConfig": {"exportName": "costs"},
            "runInfo": {"startDate": start, "endDate": end},
            "blobs": [{"blobName": name}],
        }
        path.with_name("manifest.json").write_text(json.dumps(manifest))
    named = "two exports lie there, 20261019-20261025/run/manifest.json and 20261026-"
    with pytest.raises(ProviderError, match=named):
        months(tmp_path)


def test_a_manifest_of_several_months_tells_none(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "run" / "part_0.csv", focus("2026-09-30"))
    days = {"startDate": "2026-10-01T00:00:00", "endDate": "2026-12-31T00:00:00"}
    manifest = {"runInfo": days, "blobs": [{"blobName": "run/part_0.csv"}]}
    path.with_name("manifest.json").write_text(json.dumps(manifest))
    assert [*months(tmp_path)] == [date(2026, 9, 1)]


def test_a_file_of_several_months_tells_them_by_its_lines(tmp_path: Path) -> None:
    write_csv(tmp_path / "bill.csv", focus("2026-09-30"), focus("2026-10-01"))
    provider = provider_of(tmp_path)
    found = provider.list_months({}, say_nothing)
    assert [one.month for one in found] == [date(2026, 9, 1), date(2026, 10, 1)]
    assert len({one.version for one in found}) == 1
    known = {one.month: one.version for one in found}
    assert provider.list_months(known, pytest.fail) == found  # not opened again
    # Where the second one failed, it is not forgotten.
    del known[date(2026, 10, 1)]
    assert provider.list_months(known, say_nothing) == found


def test_its_version_changes_with_a_file(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "2026-10.csv", focus())
    provider = provider_of(tmp_path)
    (before,) = provider.list_months({}, say_nothing)
    older(path)
    (after,) = provider.list_months({}, say_nothing)
    assert after.version != before.version
