"""A request is checked by the filters that it names, and by those that it must."""

from typing import Any

import django_filters as filters
from django.contrib.auth.models import User
from django.http import QueryDict

from core.api.filters import AnyText, WindowFilter, end_filter, start_filter
from core.api.parameters import asked_filters, checked


class LogFilter(WindowFilter):
    name = filters.CharFilter("username", required=True)
    group = AnyText(method="of_groups")
    start = start_filter("date_joined__date")
    end = end_filter("date_joined__date")


def asked(query: str) -> filters.FilterSet:
    given = QueryDict(query)
    kind = asked_filters(LogFilter, frozenset(given))
    return kind(given, User.objects.all())


def test_only_what_is_named_and_what_is_required_is_checked() -> None:
    found = asked("name=vera&start=2026-01-01&page=2")
    assert list(found.filters) == ["name", "start"]
    assert found.is_valid()
    assert list(checked(found)) == ["name", "start"]
    assert "username" in str(found.qs.query)


def test_what_must_be_given_is_missed_and_the_form_checks_both_days() -> None:
    assert "name" in asked("").errors
    assert "start" in asked("name=vera&start=2026-01-02&end=2026-01-01").errors


def test_the_filters_themselves_stay_whole() -> None:
    asked("name=vera")
    whole: Any = LogFilter
    assert list(whole.base_filters) == ["name", "group", "start", "end"]
