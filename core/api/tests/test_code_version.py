"""A new release is asked anew, whatever an older one has answered."""

from pathlib import Path

from pytest_django import Settings

from core.api.cache import code_version


def test_other_code_is_another_version(settings: Settings, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    file = tmp_path / "costs" / "queries" / "trend.py"
    file.parent.mkdir(parents=True)
    versions = set()
    for source in ("total = 1", "total = 2", "total = 1"):
        file.write_text(source)
        versions.add(code_version.__wrapped__())
    assert len(versions) == 2
