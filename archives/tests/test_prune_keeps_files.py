"""An archive may be the only copy of its rows, so that no file is ever replaced."""

from io import BytesIO
from pathlib import Path

import boto3
import pytest
from django.conf import settings
from django.core.management import CommandError

from archives.models import Archive, Table
from archives.prune import due, prune
from archives.tests.months import (
    ADA,
    DAY_TABLES,
    MARCH,
    SPAN,
    contents,
    run,
    store_old_months,
    sums,
)
from clouds.storage import PlaceFailed, verified, write_file
from clouds.testing import account
from core.installation_id import installation_id
from core.testing.aws_emulator import EmulatedAws
from core.testing.clock import NOW
from core.windows import ONE_DAY, Window
from costs.models import CostDay, CostTotal, DailyCost
from costs.testing import charge, store_costs
from metrics.models import CpuMetric

pytestmark = pytest.mark.django_db
LAST_OF_MARCH = Window(SPAN.start + ONE_DAY, SPAN.start + 2 * ONE_DAY)


def files(place: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}


def test_a_late_row_of_a_pruned_month_gets_a_file_of_its_own(tmp_path: Path) -> None:
    owner = account()
    store_old_months(owner)
    run("prune", "cost", "--to", tmp_path, "--yes")
    first = files(tmp_path)
    charge(owner, SPAN.start, "3", service="late")
    late = run("prune", "cost", "--to", tmp_path, "--yes")
    assert "Daily costs of 2024-03: 1 rows, now in" in late
    assert not DailyCost.objects.exists()
    assert first.items() < files(tmp_path).items()
    assert "Daily costs of 2024-03: 5 rows are back." in run(
        "restore_archive", "cost", "2024-03"
    )
    services = DailyCost.objects.values_list("service", flat=True)
    assert sorted(services) == ["EC2", "EC2", "S3", "S3", "late"]


def test_what_two_files_hold_is_restored_from_the_newer_one(tmp_path: Path) -> None:
    owner = account()
    store_old_months(owner)
    run("prune", "--to", tmp_path, "--yes")
    CostTotal.objects.all().delete()
    store_costs(owner, LAST_OF_MARCH, {"EC2": "7", "S3": "8"})
    once = contents()
    run("prune", "--to", tmp_path, "--yes")
    kept = sums()
    for table in DAY_TABLES:
        run("restore_archive", table, "2024-03")
    assert DailyCost.objects.count() == 4
    assert set(once[0]) < set(contents()[0])
    assert sums() == kept
    day = CostDay.objects.get(day=LAST_OF_MARCH.start)
    assert (day.billed, day.row_count) == (15, 2)


def test_rows_that_came_since_stay_when_their_month_is_restored(tmp_path: Path) -> None:
    owner = account()
    store_old_months(owner)
    run("prune", "cpu", "--to", tmp_path, "--yes")
    late = CpuMetric(resource_id=owner.resources.get().pk, day=MARCH, samples=1)
    late.save()
    run("restore_archive", "cpu", "2024-03")
    assert CpuMetric.objects.filter(day__lt=SPAN.end).count() == 3
    assert CpuMetric.objects.get(pk=late.pk).samples == 1


def test_two_installations_with_one_place_have_files_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = account()
    store_old_months(owner)
    run("prune", "cost", "--to", tmp_path, "--yes")
    first = files(tmp_path)
    # The other one holds the same, and knows nothing of these files.
    Archive.objects.all().delete()
    CostTotal.objects.all().delete()
    store_costs(owner, SPAN, {"EC2": "1.2345678901", "S3": "-0.5"})
    monkeypatch.setattr(settings, "SECRET_KEY", "of another installation")
    run("prune", "cost", "--to", tmp_path, "--yes")
    both = files(tmp_path)
    assert first.items() < both.items()
    assert len(both) == 2 * len(first) == 4


def test_a_month_that_was_restored_is_pruned_again_beside_its_old_file(
    tmp_path: Path,
) -> None:
    store_old_months(account())
    run("prune", "cost", "--to", tmp_path, "--yes")
    first = files(tmp_path)
    run("restore_archive", "cost", "2024-03")
    DailyCost.objects.filter(service="S3").update(effective=1)
    changed = contents()[0]
    run("prune", "cost", "--to", tmp_path, "--yes")
    assert first.items() < files(tmp_path).items()
    assert Archive.objects.filter(month=MARCH).count() == 2
    run("restore_archive", "cost", "2024-03")
    assert contents()[0] == changed


def test_a_file_of_that_name_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "name").write_bytes(b"first")
    assert write_file(BytesIO(b"second"), str(tmp_path), "name") == str(
        tmp_path / "name"
    )
    assert files(tmp_path) == {tmp_path / "name": b"first"}


def test_an_object_of_that_name_stays_as_it_is(aws: EmulatedAws) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="names")
    for content in (b"first", b"second"):
        write_file(BytesIO(content), "s3://names/deep", "name")
    stored = s3.get_object(Bucket="names", Key="deep/name")
    assert stored["Body"].read() == b"first"


def test_a_bucket_that_does_not_exist_is_named(aws: EmulatedAws) -> None:
    with pytest.raises(PlaceFailed, match="s3://nowhere/name can't be reached: .*Buck"):
        write_file(BytesIO(), "s3://nowhere", "name")


def test_a_late_row_gets_an_object_of_its_own(aws: EmulatedAws) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="late-rows")
    owner = account()
    store_old_months(owner)
    before = contents()[0]
    run("prune", "cost", "--to", "s3://late-rows", "--yes")
    charge(owner, SPAN.start, "3", service="late")
    late = contents()[0]
    run("prune", "cost", "--to", "s3://late-rows", "--yes")
    assert len(s3.list_objects_v2(Bucket="late-rows")["Contents"]) == 3
    for month in ("2024-03", "2024-04"):
        run("restore_archive", "cost", month)
    assert contents()[0] == sorted(before + late, key=repr)


def test_sums_are_computed_again_only_where_a_month_was_pruned_before(
    tmp_path: Path,
) -> None:
    owner = account()
    store_old_months(owner)
    steps: list[str] = []
    for late in (False, True):
        for table in (Table.COST, Table.CPU):
            prune(next(due([table], NOW, 24)), str(tmp_path), NOW, ADA, steps.append)
        assert any(step.startswith("summing") for step in steps) == late
        charge(owner, SPAN.start, "3", service="late")


@pytest.mark.parametrize("step", ["writing", "comparing", "deleting"])
def test_ended_at_any_step_it_starts_again(tmp_path: Path, step: str) -> None:
    def end(sentence: str) -> None:
        if sentence.startswith(step):
            raise KeyboardInterrupt

    store_old_months(account())
    before = contents()
    march = next(due([Table.COST], NOW, 24))
    with pytest.raises(KeyboardInterrupt):
        prune(march, str(tmp_path), NOW, ADA, end)
    assert contents() == before
    run("prune", "cost", "--to", tmp_path, "--yes")
    assert len(files(tmp_path)) == 2
    for month in ("2024-03", "2024-04"):
        run("restore_archive", "cost", month)
    assert contents() == before


def test_what_a_kill_left_is_removed_and_what_others_write_is_not(
    tmp_path: Path,
) -> None:
    left = tmp_path / "cost" / f".{installation_id()}-1.partial"
    of_another = tmp_path / "cost" / ".abcdef12-1.partial"
    left.parent.mkdir()
    for path in (left, of_another):
        path.write_bytes(b"half")
    write_file(BytesIO(b"whole"), str(tmp_path), "cost/name")
    assert files(tmp_path) == {of_another: b"half", tmp_path / "cost/name": b"whole"}


def test_a_full_disk_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("clouds.places.os.fsync", full)
    store_old_months(account())
    before = contents()
    (tmp_path / "cost").mkdir()
    with pytest.raises(CommandError, match="No space left on device"):
        run("prune", "cost", "--to", tmp_path, "--yes")
    assert not files(tmp_path)
    assert contents() == before


def test_a_full_temporary_directory_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("clouds.storage.TemporaryFile", full)
    store_old_months(account())
    with pytest.raises(CommandError, match=r"can't be reached.*No space left"):
        run("prune", "cost", "--to", tmp_path, "--yes")


def test_it_is_on_disk_before_its_rows_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[str, int]] = []

    def note(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append((path.suffix or path.name, DailyCost.objects.count()))

    monkeypatch.setattr("clouds.places.os.fsync", note)
    store_old_months(account())
    run("prune", "cost", "--to", tmp_path, "--yes")
    # The folder is made, then each month's file is written and named there.
    place = tmp_path.suffix or tmp_path.name
    assert synced == [
        *[(place, 8), (".partial", 8), ("cost", 8)],
        *[(".partial", 4), ("cost", 4)],
    ]


def test_a_place_that_is_neither_directory_nor_bucket_is_refused(
    tmp_path: Path,
) -> None:
    with pytest.raises(PlaceFailed, match="gs://history is no place"):
        write_file(BytesIO(), "gs://history", "name")


def test_a_file_that_was_changed_is_not_read(tmp_path: Path) -> None:
    location = write_file(BytesIO(b"some"), str(tmp_path), "name")
    with pytest.raises(PlaceFailed, match="SHA-256"), verified(location, "0" * 64):
        pass
