"""Lists that are read as columns answer what their serializers say, whatever is
stored."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.renderers import JSONRenderer

from cloudintel.urls import router
from core.api.csv import lines
from core.api.fast_serialization import columns_of
from core.db.money_field import MoneyField
from users.testing import session_of, text_of

pytestmark = pytest.mark.django_db
VIEWS: dict[str, Any] = {name: viewset for name, viewset, _ in router.registry}
AS_COLUMNS = [
    name
    for name, viewset in VIEWS.items()
    if columns_of(viewset(action="list").get_serializer_class())
    # Whose rows are each user's own.
    and name != "saved-views"
]
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=16)
FIRST, LAST = datetime(2000, 1, 1), datetime(2099, 12, 31)
# Of fields that are no texts; a sum of some amounts must be one that SQLite can keep.
VALUES: dict[type[models.Field[Any, Any]], st.SearchStrategy[Any]] = {
    models.BooleanField: st.booleans(),
    models.DateTimeField: st.datetimes(FIRST, LAST, timezones=st.just(UTC)),
    models.DateField: st.dates(FIRST.date(), LAST.date()),
    models.FloatField: st.floats(allow_nan=False, allow_infinity=False),
    models.GenericIPAddressField: st.ip_addresses().map(str),
    models.BigIntegerField: st.integers(0, 2**63 - 1),
    models.SmallIntegerField: st.integers(0, 2**15 - 1),
    models.IntegerField: st.integers(0, 2**31 - 1),
    models.DecimalField: st.decimals(0, 10**12, places=4),
    MoneyField: st.decimals(Decimal("-1.5e8"), Decimal("1.5e8"), places=10)
    | st.sampled_from([Decimal("1e-10"), Decimal("-1e-10"), Decimal(0)]),
}


def values_of(field: models.Field[Any, Any]) -> st.SearchStrategy[Any]:
    """What a column may hold; its first kind of value, if it is of several."""
    if field.choices:
        found: Any = st.sampled_from([value for value, _ in field.flatchoices])
    elif isinstance(field, models.JSONField):
        inner = TEXT | st.none()
        found = (
            st.lists(TEXT) if field.default is list else st.dictionaries(TEXT, inner)
        )
    elif isinstance(field, models.CharField | models.TextField):
        found = TEXT.map(lambda text: text[: field.max_length])
    else:
        found = next(v for kind, v in VALUES.items() if isinstance(field, kind))
    return found | st.none() if field.null else found


def store(data: st.DataObject, model: type[models.Model]) -> models.Model:
    """A row of any values, with what it belongs to; an earlier one if the database
    refuses it."""
    held: dict[str, Any] = {}
    parents = model._meta.parents.values()
    for field in model._meta.concrete_fields:
        if field in parents:
            continue  # its columns are among the fields
        if isinstance(field, models.ForeignKey):
            others = field.related_model._default_manager
            held[field.name] = (
                data.draw(st.sampled_from([None, *others.all()]))
                if field.null
                else store(data, field.related_model)
            )
        elif not field.primary_key:
            held[field.name] = data.draw(values_of(field), field.name)
    rows = model._default_manager
    with suppress(IntegrityError), transaction.atomic():
        if parents:
            model(**held).save()
        else:
            rows.bulk_create([model(**held)])
    return rows.order_by("-pk")[0]


def test_the_lists_of_many_rows_are_read_as_columns() -> None:
    long = {"costs", "cpu", "instances", "network", "api-usage", "audit"}
    assert long <= set(AS_COLUMNS)


@pytest.mark.parametrize("name", AS_COLUMNS)
@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_a_list_answers_what_its_serializer_says(
    name: str, data: st.DataObject, admin_user: User
) -> None:
    view, client = VIEWS[name](action="list"), session_of(admin_user)
    with transaction.atomic():
        for _ in range(data.draw(st.integers(0, 4), "rows")):
            store(data, view.queryset.model)
        rows = view.get_serializer_class()(view.queryset.all(), many=True).data
        answer = client.get(f"/api/v1/{name}/").content
        file = text_of(client.get(f"/api/v1/{name}/?format=csv"))
        transaction.set_rollback(True)
    # As pairs, so that the order counts too.
    found = dict(json.loads(answer, object_pairs_hook=list))
    told = json.loads(JSONRenderer().render(rows), object_pairs_hook=list)
    assert found["results"] == told
    header, *cells = lines([names_of(view), *(row.values() for row in rows)])
    assert file == "".join([header, *cells])


def names_of(view: Any) -> list[str]:
    return list(view.get_serializer_class()().fields)
