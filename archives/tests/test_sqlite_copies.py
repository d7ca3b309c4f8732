"""A restored SQLite takes the place of the present one whole, or not at all."""

import tempfile
from pathlib import Path
from typing import Any

import pytest

from archives.backup.copies import CopyFailed
from archives.backup.sqlite_copies import _empty_folder, fresh_name, replace


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_the_present_one_comes_back_where_no_other_can_take_its_place(
    tmp_path: Path,
) -> None:
    path, missing = tmp_path / "db", tmp_path / "missing"
    path.write_text("present")
    (tmp_path / "db-wal").write_text("log")
    with pytest.raises(CopyFailed, match="No such file"):
        replace({"NAME": str(path)}, {"NAME": str(missing)}, "before")
    assert files(tmp_path) == {"db": "present", "db-wal": "log"}


def test_the_log_of_a_lost_one_is_not_replayed_into_it(tmp_path: Path) -> None:
    (tmp_path / "fresh").write_text("restored")
    (tmp_path / "db-wal").write_text("log")
    kept = replace(
        {"NAME": str(tmp_path / "db")}, {"NAME": str(tmp_path / "fresh")}, "before"
    )
    assert kept == ""
    assert files(tmp_path) == {"db": "restored", "db.before-wal": "log"}


def test_it_is_filled_in_the_folder_of_the_present_one() -> None:
    name = fresh_name({"NAME": "/srv/memory/db.sqlite3"}, "verify")
    assert Path(name).parent == Path("/srv/memory")


def test_what_a_killed_process_left_is_removed_and_that_of_others_stays(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    settings.STATE_DIR = tmp_path / "other"
    with _empty_folder() as of_another:
        settings.STATE_DIR = tmp_path / "own"
        with _empty_folder() as folder:
            left = Path(f"{folder}-killed")
            left.mkdir()
            (left / "copy.sqlite3").write_text("half")
        with _empty_folder() as folder:
            present = {*map(str, tmp_path.iterdir())}
            assert present == {folder, of_another}
