"""docs/schema.md is what the models say."""

from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command


def test_the_page_is_what_show_schema_prints() -> None:
    call_command("show_schema", stdout=(out := StringIO()))
    page = Path(settings.BASE_DIR, "docs/schema.md").read_text()
    assert page == out.getvalue(), "run: manage.py show_schema > docs/schema.md"
    assert "### costs_dailycost" in page
