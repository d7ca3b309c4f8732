"""Which tests rendered which template, recorded as if its first line were code."""

from pathlib import Path
from typing import Any

import coverage
import pytest
from django.template import Template
from django.test.signals import template_rendered

FIRST_LINE = 1
rendered: dict[str, set[str]] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Any:
    def note(template: Template, **_: object) -> None:
        rendered.setdefault(item.nodeid, set()).add(str(template.origin))

    template_rendered.connect(note)
    try:
        return (yield)
    finally:
        template_rendered.disconnect(note)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Add them to what the lines' recording has written."""
    data = coverage.CoverageData(config.rootpath / ".coverage")
    data.read()
    for test, names in rendered.items():
        data.set_context(f"{test}|run")
        data.add_lines({name: {FIRST_LINE} for name in names if Path(name).is_file()})
    data.write()
