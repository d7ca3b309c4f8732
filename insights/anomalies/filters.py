"""Filters of anomalies, for the API and the page."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db.models import Q

from clouds.filters import account_filter, provider_filter
from core.api.filters import (
    AnyChoice,
    AnyText,
    UnknownLastOrder,
    WindowForm,
    YesOrNo,
    end_filter,
    start_filter,
)
from insights.anomalies.querysets import AnomalyQuerySet
from insights.models import Anomaly
from users.owned_filter import OwnedFilter


def check_tags(tags: Sequence[str]) -> None:
    """Raise ValidationError unless each is the value of a key."""
    for tag in tags:
        key, _, value = tag.partition("=")
        if not (key and value):
            raise ValidationError(f'Give "{tag}" as key=value, such as team=shop.')


class AnomalyFilter(OwnedFilter):
    """Anomalies that overlap the days from `start` to before `end`."""

    start = start_filter("last_day")
    end = end_filter("first_day")
    account = account_filter()
    provider = provider_filter()
    scope = AnyChoice(choices=Anomaly.Scope.choices, help_text="Only these scopes.")
    status = AnyChoice(choices=Anomaly.Status.choices, help_text="Only these.")
    severity = AnyChoice(choices=Anomaly.Severity.choices, help_text="Only these.")
    kind = AnyChoice(choices=Anomaly.Kind.choices, help_text="Only these.")
    service = AnyText(commas=False, help_text="Repeat it for several services.")
    region = AnyText(help_text="One or several regions.")
    tag = AnyText(
        "tag_value",
        method="of_tags",
        commas=False,
        validators=[check_tags],
        help_text="Only of this value of a tag, as team=shop. Repeat it for several.",
    )
    open = YesOrNo(method="is_open", help_text="Open or closed ones.")
    over = YesOrNo("is_over", help_text="Whether it returned to normal.")
    ordering = UnknownLastOrder(
        fields=["first_day", "last_day", "impact", "confidence", "detected_at"]
    )

    class Meta:
        form = WindowForm

    def of_tags(
        self, queryset: AnomalyQuerySet, name: str, tags: Sequence[str]
    ) -> AnomalyQuerySet:
        wanted = Q()
        for key, _, value in (tag.partition("=") for tag in tags):
            wanted |= Q(tag_key=key, tag_value=value)
        return queryset.filter(wanted)

    def is_open(
        self, queryset: AnomalyQuerySet, name: str, value: bool
    ) -> AnomalyQuerySet:
        wanted = {"status__in": Anomaly.OPEN}
        return queryset.filter(**wanted) if value else queryset.exclude(**wanted)
