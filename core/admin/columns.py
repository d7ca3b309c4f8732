"""Columns of the admin's lists and lines of its pages: links, days, money, labels."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from core.money import for_reading

Column = Callable[[Model], str]

NOTHING = SafeString("-")
LINE_BREAK = SafeString("<br>")


def linked(path: str, ordering: str) -> Column:
    """Return a column that links to what lies at `path` from its row."""
    target = attrgetter(path)

    @admin.display(description=path.split(".")[-1], ordering=ordering)
    def column(row: Model) -> str:
        return change_link(target(row))

    column.__name__ = path.replace(".", "_")
    return column


def day(name: str) -> Column:
    """Return the column of that date, as `2025-11-20`."""
    return _column(name, lambda row, at: unbroken(f"{at:%Y-%m-%d}"))


def moment(name: str) -> Column:
    """Return the column of that instant, as `2025-11-20 14:25 UTC`."""
    return _column(name, lambda row, at: unbroken(f"{at:%Y-%m-%d %H:%M} UTC"))


def amount(name: str, currency: str = "currency", *, exact: bool = False) -> Column:
    """Return the column of that amount, to the cent unless exact."""
    currency_of = attrgetter(currency)
    return _column(
        name, lambda row, value: for_reading(value, currency_of(row), exact=exact)
    )


def figure(model: type[Model], name: str) -> Column:
    """Return the column of that float, to four digits and at least to the unit."""
    column = _column(name, lambda row, value: written(value))
    column.short_description = model._meta.get_field(name).verbose_name  # type: ignore[attr-defined, union-attr]
    return column


def written(value: float) -> str:
    """Return it as `0.00007432`, `454.2` or `62,329,966,588`."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{Decimal(f'{value:.4g}'):,f}"


def _column(name: str, write: Callable[[Model, Any], str]) -> Column:
    """Return the column of that field, a dash for None."""
    value_of = attrgetter(name)

    @admin.display(description=name.replace("_", " "), ordering=name)
    def column(row: Model) -> str:
        value = value_of(row)
        return NOTHING if value is None else write(row, value)

    # Named as the field it shows, so that the field's help text is shown with it.
    column.__name__ = name
    return column


def unbroken(text: str) -> SafeString:
    """A text that stays on one line: ids and dates would be broken at a hyphen."""
    return format_html('<span class="whitespace-nowrap">{}</span>', text)


def change_link(row: Model | None) -> SafeString:
    """Return a link to a row's own page in the admin."""
    if row is None:
        return NOTHING
    return text_link(reverse(_page(type(row), "change"), args=[row.pk]), str(row))


def text_link(url: str, text: str) -> SafeString:
    return format_html('<a href="{}" class="text-link">{}</a>', url, text)


def list_url(model: type[Model], **lookups: object) -> str:
    """Return the list of that model in the admin, filtered."""
    url = reverse(_page(model, "changelist"))
    return f"{url}?{urlencode(lookups)}" if lookups else url


@admin.display(description="stored")
def stored_rows(row: Model) -> SafeString:
    """Links to the lists of all that belongs to `row`, each with its count."""
    # unfold asks for a field's contents several times while it draws it once.
    cached: dict[str, SafeString] = vars(row)
    if "stored_rows" not in cached:
        cached["stored_rows"] = _links_to_rows_of(row) if row.pk else NOTHING
    return cached["stored_rows"]


def _links_to_rows_of(row: Model) -> SafeString:
    links = []
    for relation in row._meta.related_objects:
        model = relation.related_model
        if isinstance(model, str) or not admin.site.is_registered(model):
            continue
        if relation.many_to_many:  # it names the row, and belongs to another
            continue
        key = relation.field.name
        count = model._default_manager.filter(**{key: row}).count()
        names = str(model._meta.verbose_name_plural)
        if model is type(row):
            names = relation.related_name or names
        url = list_url(model, **{f"{key}__id__exact": row.pk})
        links.append((url, capfirst(names), f"{count:,}"))
    return format_html_join(
        LINE_BREAK, '<a href="{}" class="text-link">{}: {}</a>', links
    )


# A page has one in each row, and all rows together a few. Typed, as text that is marked
# safe equals the same text which is not.
@lru_cache(maxsize=256, typed=True)
def label(text: str, kind: str = "") -> SafeString:
    """Return a colored label: success, info, warning, danger, or none of them."""
    return render_to_string("unfold/helpers/label.html", {"text": text, "type": kind})


def pairs(values: Mapping[str, object]) -> SafeString:
    """Return a JSON object as text: one line per key, sorted."""
    if not values:
        return NOTHING
    lines = ((key, values[key]) for key in sorted(values))
    return format_html_join(LINE_BREAK, "{} = {}", lines)


def _page(model: type[Model], page: str) -> str:
    return f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
