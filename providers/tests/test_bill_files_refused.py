"""What is no whole bill is refused in one sentence, and nothing of it is read."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from providers.errors import ErrorKind, ProviderError
from providers.files import engine
from providers.files.testing import (
    cur,
    focus,
    provider_of,
    read,
    say_nothing,
    write_csv,
)


def two_exports(place: Path) -> None:
    write_csv(place / "team-2026-10.csv", focus())
    write_csv(place / "all-2026-10.csv", focus())


def downloaded_twice(place: Path) -> None:
    write_csv(place / "bill-2026-10.csv", focus())
    write_csv(place / "bill-2026-10 (1).csv", focus())


def states_of_two_days(place: Path) -> None:
    first = focus("2026-10-01", "1"), focus("2026-10-01", "2")
    write_csv(place / "bill-2026-10-02.csv", *first)
    write_csv(place / "bill-2026-10-03.csv", *reversed(first), focus("2026-10-02"))


def missing_file(place: Path) -> None:
    write_csv(place / "cur-1.csv", cur())
    manifest = {"reportName": "cur", "reportKeys": ["x/cur-1.csv", "x/cur-2.csv"]}
    path = place / "cur-Manifest.json"
    path.write_text(json.dumps(manifest))


def zip_of_a_report(place: Path) -> None:
    (place / "cur-1.csv.zip").write_bytes(b"PK")
    manifest = {"reportName": "cur", "reportKeys": ["x/cur-1.csv.zip"]}
    (place / "cur-Manifest.json").write_text(json.dumps(manifest))


def broken_manifest(place: Path) -> None:
    (place / "cur-Manifest.json").write_text('{"reportKeys": [')


def truncated(place: Path) -> None:
    path = write_csv(place / "2026-10.csv.gz", *[focus() for _ in range(1000)])
    path.write_bytes(path.read_bytes()[:-50])


def two_currencies(place: Path) -> None:
    write_csv(place / "2026-10.csv", focus(), focus(BillingCurrency="EUR"))


def no_amount(place: Path) -> None:
    write_csv(place / "2026-10.csv", focus(), focus(billed=""))


def no_day(place: Path) -> None:
    line = focus(ChargePeriodStart="31 October")
    write_csv(place / "2026-10.csv", focus(), line)


def no_currency(place: Path) -> None:
    write_csv(place / "2026-10.csv", focus(BillingCurrency=""))


def no_number(place: Path) -> None:
    write_csv(place / "2026-10.csv", focus(), focus(billed="1 USD"))


def too_few_columns(place: Path) -> None:
    line = {name: value for name, value in focus().items() if name != "BilledCost"}
    write_csv(place / "2026-10.csv", line)


def another_month(place: Path) -> None:
    write_csv(place / "downloaded-2026-11.csv", focus(), focus("2026-11-01"))


def another_account(place: Path) -> None:
    write_csv(place / "2026-10.csv", focus(BillingAccountId="9"))


def nothing_to_read(place: Path) -> None:
    (place / "notes.txt").write_text("x")


def fewer_lines_than_the_manifest_names(place: Path) -> None:
    name = "costs/20261001-20261031/run/part_0.csv"
    write_csv(place / name, focus())
    blobs = [{"blobName": name, "dataRowCount": 2}]
    (place / name).with_name("manifest.json").write_text(json.dumps({"blobs": blobs}))


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (
            two_exports,
            "two exports of 2026-10 lie there, all-2026-10.csv and team-2026-10.csv,",
        ),
        (
            states_of_two_days,
            "-02.csv and bill-2026-10-03.csv have the same 2 lines of",
        ),
        (downloaded_twice, "bill-2026-10 (1).csv and bill-2026-10.csv, which would be"),
        (missing_file, "it names x/cur-2.csv, which is not there. Nothing of it"),
        (zip_of_a_report, "x/cur-1.csv.zip, which is no csv, csv.gz or Parquet file"),
        (broken_manifest, "cur-Manifest.json: the manifest can't be understood"),
        (truncated, "2026-10.csv.gz: IO Error: Unexpected end of GZIP stream"),
        (two_currencies, "its lines are in EUR and USD: one bill has one currency"),
        (no_amount, "1 of 2 lines have no day or no amount"),
        (no_day, "1 of 2 lines have no day or no amount"),
        (no_currency, 'some lines have "" for a currency, such as USD'),
        (no_number, 'Could not convert string "1 USD"'),
        (too_few_columns, "for FOCUS it lacks billedcost. Export FOCUS, CUR or"),
        (another_month, "1 of 2 lines are of another billing month than the one that"),
        (another_account, "it has no line of this account"),
        (nothing_to_read, "no csv, csv.gz or Parquet file is there, but txt"),
        (fewer_lines_than_the_manifest_names, "names 2 lines, and 1 are there"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_it_is_refused_in_one_sentence(
    bad: Callable[[Path], None], sentence: str, tmp_path: Path
) -> None:
    bad(tmp_path)
    with pytest.raises(ProviderError) as raised:
        read(provider_of(tmp_path), tmp_path / "l.parquet")
    assert sentence in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "2026-10.csv", focus())
    provider = provider_of(tmp_path)
    (month,) = provider.list_months({}, say_nothing)

    def change(sentence: str) -> None:
        if ": reading" in sentence:
            write_csv(path, focus(), focus())

    with pytest.raises(ProviderError, match="it changed while it was read") as raised:
        provider.read_month(month, tmp_path / "l.parquet", change)
    assert raised.value.kind is ErrorKind.INCOMPLETE


def test_a_month_that_would_fill_the_disk_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_csv(tmp_path / "2026-10.csv.gz", focus())
    provider = provider_of(tmp_path)
    (month,) = provider.list_months({}, say_nothing)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1))
    with pytest.raises(ProviderError, match=r"of disk .* has 0\.0 GB free\. Nothing"):
        provider.read_month(month, tmp_path / "l.parquet", say_nothing)
    assert not (tmp_path / "l.parquet").exists()


def test_a_run_shows_that_it_lives_and_stops_while_duckdb_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_csv(tmp_path / "2026-10.csv", focus())
    monkeypatch.setattr(engine, "SECONDS_PER_SIGN", 0)
    provider = provider_of(tmp_path)
    (month,) = provider.list_months({}, say_nothing)

    def stop(sentence: str) -> None:
        if "DuckDB" in sentence:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        provider.read_month(month, tmp_path / "l.parquet", stop)


def test_a_place_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match="there is no such directory or file"):
        provider_of(tmp_path / "x", folder=tmp_path).list_months({}, say_nothing)
