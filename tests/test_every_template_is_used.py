"""No template is left over: each is named by code or by another template."""

from pathlib import Path

from tests.source_files import files, text_of

# Django and DRF look these up by name: errors, admin index, browsable API.
FOUND_BY_NAME = {"403.html", "403_csrf.html", "404.html", "500.html"}
FOUND_BY_NAME |= {"admin/index.html", "rest_framework/api.html"}
THIS = Path("tests", Path(__file__).name)


def test_every_template_is_used() -> None:
    users = [path for path in files(".py", ".html") if path != THIS]
    unused = {
        name
        for path in files(".html", under="templates")
        if (name := str(path.relative_to("templates"))) not in FOUND_BY_NAME
        and not any(name in text_of(user) for user in users if user != path)
    }
    assert unused == set()
