"""Filters of recommendations, for the API and the page."""

from collections.abc import Sequence

import django_filters as filters
from django.db.models import Q

from clouds.filters import account_filter, provider_filter
from core.api.filters import AnyChoice, AnyText, UnknownLastOrder, YesOrNo
from insights.models import Recommendation
from insights.recommendations.engine.advice import COMMITMENT, VerdictStatus
from insights.recommendations.models import CATEGORIES, LEVELS, PRIORITIES, RULES
from insights.recommendations.querysets import RecommendationQuerySet
from inventory.models import Resource
from users.owned_filter import OwnedFilter

SUBJECT_KINDS = [*Resource.Kind.choices, (COMMITMENT, "Commitment")]
# Of what is done.
VERDICTS = [
    (one.value, one.value) for one in VerdictStatus if one != VerdictStatus.EXPECTED
]


class RecommendationFilter(OwnedFilter):
    account = account_filter()
    provider = provider_filter()
    priority = AnyChoice(choices=PRIORITIES, help_text="critical, high, medium or low.")
    category = AnyChoice(choices=CATEGORIES, help_text="Only these.")
    rule = AnyChoice(choices=RULES, help_text="Only these.")
    status = AnyChoice(choices=Recommendation.Status.choices, help_text="Only these.")
    live = YesOrNo(method="is_live", help_text="Whether there is something to do.")
    risk = AnyChoice(choices=LEVELS, help_text="Only these.")
    region = AnyText(
        "resource__region", method="of_regions", help_text="One or several regions."
    )
    kind = AnyChoice(
        "resource__kind",
        method="of_kinds",
        choices=SUBJECT_KINDS,
        help_text="Of the resource, or commitment.",
    )
    resource = AnyText(
        "resource__resource_id",
        method="about_subjects",
        help_text="By its cloud's id; a commitment by what stands there for it.",
    )
    search = filters.CharFilter(
        "title", "icontains", help_text="Part of a title, which names the resource."
    )
    ordering = UnknownLastOrder(
        fields={
            "savings_monthly": "savings_monthly",
            "kg_per_month": "kg_per_month",
            "rank": "priority",
            "found_at": "found_at",
            "status": "status",
            "category": "category",
            "resource__name": "name",
            "account__name": "account",
        }
    )

    def of_regions(
        self, queryset: RecommendationQuerySet, name: str, regions: Sequence[str]
    ) -> RecommendationQuerySet:
        return queryset.filter(
            Q(resource__region__in=regions)
            | Q(resource=None, evidence__region__in=regions)
        )

    def of_kinds(
        self, queryset: RecommendationQuerySet, name: str, kinds: Sequence[str]
    ) -> RecommendationQuerySet:
        wanted = Q(resource__kind__in=kinds)
        return queryset.filter(
            wanted | Q(resource=None) if COMMITMENT in kinds else wanted
        )

    def about_subjects(
        self, queryset: RecommendationQuerySet, name: str, ids: Sequence[str]
    ) -> RecommendationQuerySet:
        # "m6i in eu-west-1, Linux" is one of them, which was cut at its comma.
        about = [*ids, ", ".join(ids)]
        return queryset.filter(
            Q(resource__resource_id__in=ids) | Q(resource=None, about__in=about)
        )

    def is_live(
        self, queryset: RecommendationQuerySet, name: str, value: bool
    ) -> RecommendationQuerySet:
        wanted = {"status__in": Recommendation.LIVE}
        return queryset.filter(**wanted) if value else queryset.exclude(**wanted)


class SavingsFilter(RecommendationFilter):
    """Of recommendations that are done too, by what later bills say."""

    verdict = AnyChoice(
        "verification__status",
        choices=VERDICTS,
        help_text="What later bills say of the saving.",
    )
