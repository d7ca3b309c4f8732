"""A form that changes something is refused without Django's token; tests send none.

Nor do they send its method.
"""

import re
from pathlib import Path

from django.conf import settings

FORM = re.compile(r'<form[^>]*method="post".*?</form>', re.DOTALL)


def test_each_form_that_posts_has_the_token() -> None:
    pages = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
    forms = [(page, form) for page in pages for form in FORM.findall(page.read_text())]
    assert len(forms) >= 10
    assert [str(page) for page, form in forms if "{% csrf_token %}" not in form] == []


ANY_FORM = re.compile(r"(<form\b[^>]*>)(.*?)</form>", re.DOTALL)


def test_each_form_with_the_token_posts_it() -> None:
    pages = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
    forms = [found for page in pages for found in ANY_FORM.findall(page.read_text())]
    with_token = [tag for tag, inner in forms if "csrf_token" in inner]
    assert len(with_token) >= 10
    assert [tag for tag in with_token if 'method="post"' not in tag] == []
