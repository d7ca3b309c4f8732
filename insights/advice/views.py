"""What clouds themselves advise, on a page."""

from collections.abc import Iterable
from typing import Any

from clouds.models import CloudAccount
from core.pages import FilteredPage
from insights.advice.filters import AdviceFilter
from insights.models import Advice
from inventory.models import Resource


class AdviceListView(FilteredPage):
    """The recommendations of Azure Advisor, the largest saving first."""

    template_name = "insights/advice.html"
    permission_required = "insights.view_advice"
    filterset_class = AdviceFilter
    queryset = Advice.objects.select_related("account").largest_saving_first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(
            impacts=Advice.Impact.choices,
            accounts=CloudAccount.objects.visible_to(self.request.user),
            **kwargs,
        )
        link_resources(context["object_list"])
        return context


def link_resources(advice: Iterable[Advice]) -> None:
    """Give each the stored resource that it is about, if there is one. One query."""
    rows = list[Any](advice)
    found = Resource.objects.filter(
        account__in={row.account_id for row in rows},
        resource_id__in={row.resource_id for row in rows},
    )
    by_id = {(one.account_id, one.resource_id): one for one in found}
    for row in rows:
        row.resource = by_id.get((row.account_id, row.resource_id))
