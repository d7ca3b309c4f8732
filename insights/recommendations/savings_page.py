"""The page of savings: what could be saved, what was taken up, and what came."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase

from clouds.models import CloudAccount
from core.api.files import SHEETS, table_file
from core.pages import FilteredPage
from insights.models import Recommendation
from insights.recommendations.filters import VERDICTS, SavingsFilter
from insights.recommendations.models import CATEGORIES
from insights.recommendations.savings_report import savings_report

FORMATS = ("csv", *SHEETS)
CSV_COLUMNS = (
    *("recommendation", "title", "category", "resource_id", "account"),
    *("account_name", "owner", "done_at", "verdict", "expected_monthly"),
    *("realized_monthly", "difference", "currency", "reason"),
)


class SavingsView(FilteredPage):
    """Savings by month and by category, and each recommendation that is done."""

    permission_required = "insights.view_recommendation"
    template_name = "insights/savings.html"
    filterset_class = SavingsFilter
    queryset = (
        Recommendation.objects.with_rank()
        .select_related("account", "owner", "resource__account", "verification")
        .order_by("-done_at", "-id")
    )

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        """Page through what is done: the rest is in the sums."""
        return super().paginate_queryset(done(queryset), page_size)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            report=savings_report(kwargs["object_list"]),
            accounts=CloudAccount.objects.visible_to(self.request.user),
            categories=CATEGORIES,
            verdicts=VERDICTS,
            **kwargs,
        )

    # A file is a response too.
    def render_to_response(  # type: ignore[override]
        self, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponseBase:
        """Answer the page, or with a `format` all that is done as a file."""
        if self.request.GET.get("format") in FORMATS and not context["filter"].errors:
            return table_file(
                self.request, "savings", csv_rows(done(context["filter"].qs))
            )
        return super().render_to_response(context, **kwargs)


def done(rows: Any) -> Any:
    return rows.exclude(verification=None)


def csv_rows(rows: QuerySet[Recommendation]) -> Iterator[Sequence[object]]:
    yield CSV_COLUMNS
    for one in rows.iterator(chunk_size=500):
        verdict = one.verification
        yield [
            *(one.pk, one.title, one.category, one.subject_id),
            *(one.account.account_id, one.account.name),
            *(one.owner and one.owner.get_username(), one.done_at),
            *(verdict.status, verdict.expected, verdict.realized),
            *(verdict.difference, verdict.currency, verdict.reason),
        ]
