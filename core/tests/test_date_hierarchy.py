"""What the admin's hierarchy of dates offers."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from core.admin.change_list import DateHierarchy

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]


def test_a_row_without_an_instant_is_under_no_month() -> None:
    User.objects.create(username="never")
    User.objects.create(username="ada", last_login=datetime(2026, 10, 31, tzinfo=UTC))
    months = DateHierarchy(User.objects.all()).datetimes("last_login", "month")
    assert list(months) == [datetime(2026, 10, 1, tzinfo=UTC)]
