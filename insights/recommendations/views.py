"""Recommendations on pages: the list, and each with its evidence."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import DetailView

from clouds.models import CloudAccount
from core.pages import FilteredPage, VisibleRowsMixin
from insights.models import Advice, Recommendation, RefreshState, Verification
from insights.owners.assignment import InvalidAssignment
from insights.recommendations.bulk_change import BulkChangeForm
from insights.recommendations.filters import SUBJECT_KINDS, RecommendationFilter
from insights.recommendations.models import CATEGORIES, PRIORITIES, RULES
from insights.recommendations.per_resource import per_resource, with_rows
from insights.status_views import REFUSED, ChangeStatusView
from insights.transitions import InvalidTransition
from insights.views import refresh_state
from inventory.kinds import KINDS, Kind

REMARKS = 5
CHANGE = "insights.change_recommendation"


class RecommendationListView(FilteredPage):
    """One row a resource, the largest saving first; several are changed at once."""

    template_name = "insights/recommendations.html"
    live_topics = ("recommendations",)
    permission_required = "insights.view_recommendation"
    filterset_class = RecommendationFilter
    queryset = Recommendation.objects.with_rank()

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        """Page through the resources of what is filtered."""
        order = self.filterset.form.cleaned_data.get("ordering") or ()
        groups = per_resource(queryset, order)
        paginator, page, _, several = super().paginate_queryset(groups, page_size)
        page.object_list = with_rows(page.object_list, queryset)
        return paginator, page, page.object_list, several

    def post(self, request: HttpRequest) -> HttpResponse:
        """Change what is selected and go on, or show again why it was refused."""
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        form = BulkChangeForm(request.POST)
        if form.is_valid():
            try:
                done = form.store(timezone.now(), request)
            except (InvalidTransition, InvalidAssignment) as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, done)
                return redirect(request.get_full_path())
        self.extra_context = {"form": form}
        response = self.get(request)
        response.status_code = REFUSED
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        live = Recommendation.objects.visible_to(user).live()
        filtered = kwargs["object_list"]
        return super().get_context_data(
            state=refresh_state(user),
            totals=filtered.per_status(),
            kinds=SUBJECT_KINDS,
            rules=RULES,
            may_change=user.has_perm(CHANGE),
            potential=live.savings_per_currency(),
            realized=Verification.objects.visible_to(user).realized_per_currency(),
            remarks=RefreshState.objects.visible_to(user).exclude(remark="")[:REMARKS],
            statuses=Recommendation.Status.choices,
            per_category=live.per_category(),
            categories=CATEGORIES,
            priorities=PRIORITIES,
            accounts=CloudAccount.objects.visible_to(user),
            **kwargs,
        )


class RecommendationView(VisibleRowsMixin, DetailView[Recommendation]):
    """One recommendation: its evidence, price, steps, history and verified saving."""

    template_name = "insights/recommendation.html"
    live_topics = ("recommendations",)
    permission_required = "insights.view_recommendation"
    context_object_name = "recommendation"
    queryset = Recommendation.objects.select_related(
        "account", "resource", "verification", "owner"
    ).prefetch_related("changes")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, resource = self.object, self.object.resource
        if resource:
            model = KINDS[Kind(resource.kind)].model._meta.model_name
            may_view = self.request.user.has_perm(f"inventory.view_{model}")
            advice = Advice.objects.about(resource).largest_saving_first()
            kwargs |= {"may_view_resource": may_view, "advice": advice}
        return super().get_context_data(
            verification=Verification.objects.filter(recommendation=row).first(),
            **kwargs,
        )


class ChangeRecommendationView(ChangeStatusView):
    """Change the status of a recommendation."""

    permission_required = ("insights.view_recommendation", CHANGE)
    page = RecommendationView
