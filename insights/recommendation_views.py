"""Recommendations on pages: the list, each with its evidence, and what people think."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views import View
from django.views.generic import DetailView
from django_filters.views import FilterView

from insights.answers import rate
from insights.filters import CATEGORIES, LEVELS, RecommendationFilter
from insights.forms import FeedbackForm
from insights.models import Feedback, Recommendation, RefreshState, Verification
from insights.querysets import RecommendationQuerySet
from insights.status_views import REFUSED, MoveView
from people.audit import record
from syncs.models import CloudAccount

REMARKS = 5


class RecommendationListView(PermissionRequiredMixin, FilterView):
    """What there is to do, the largest saving first; and what was done."""

    template_name = "insights/recommendations.html"
    permission_required = "insights.view_recommendation"
    filterset_class = RecommendationFilter
    paginate_by = 25

    def get_queryset(self) -> RecommendationQuerySet:
        rows = Recommendation.objects.seen_by(self.request.user)
        return rows.select_related("account", "resource").dearest_first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        seen = Recommendation.objects.seen_by(user)
        return super().get_context_data(
            potential=seen.live().savings_per_currency(),
            realised=Verification.objects.seen_by(user).realised_per_currency(),
            remarks=RefreshState.objects.seen_by(user).exclude(remark="")[:REMARKS],
            statuses=Recommendation.Status.choices,
            categories=CATEGORIES,
            levels=LEVELS,
            accounts=CloudAccount.objects.seen_by(user),
            **kwargs,
        )


class RecommendationView(PermissionRequiredMixin, DetailView[Recommendation]):
    """One recommendation: its evidence, price, steps, history and what it saved."""

    template_name = "insights/recommendation.html"
    permission_required = "insights.view_recommendation"
    context_object_name = "recommendation"

    def get_queryset(self) -> RecommendationQuerySet:
        rows = Recommendation.objects.seen_by(self.request.user)
        return rows.select_related(
            "account", "resource", "verification"
        ).prefetch_related("changes")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = Feedback.objects.filter(recommendation=self.object)
        own = given.filter(user=self.request.user).first()
        kwargs.setdefault("feedback_form", FeedbackForm(instance=own))
        return super().get_context_data(
            own=own,
            ratings=given.ratings(),
            feedback=given.select_related("user"),
            verification=Verification.objects.filter(
                recommendation=self.object
            ).first(),
            **kwargs,
        )


class MoveRecommendationView(MoveView):
    """Gives a recommendation another status."""

    permission_required = (
        "insights.view_recommendation",
        "insights.change_recommendation",
    )
    model = Recommendation
    view = RecommendationView


class FeedbackView(PermissionRequiredMixin, View):
    """What the user thinks of a recommendation; another time replaces it."""

    permission_required = ("insights.view_recommendation", "insights.add_feedback")
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        assert isinstance(request.user, User)  # noqa: S101 - for the type checker
        rows = Recommendation.objects.seen_by(request.user)
        row = get_object_or_404(rows, pk=pk)
        form = FeedbackForm(request.POST)
        if not form.is_valid():
            return self._again(request, row, form)
        feedback = rate(row, request.user, timezone.now(), **form.cleaned_data)
        record(request, "feedback.give", feedback, rating=feedback.rating)
        messages.success(request, "Thank you: what you think is kept.")
        return redirect(row)

    def _again(
        self, request: HttpRequest, row: Recommendation, form: FeedbackForm
    ) -> HttpResponse:
        page = RecommendationView()
        page.setup(request, pk=row.pk)
        page.object = page.get_object()
        context = page.get_context_data(feedback_form=form)
        return page.render_to_response(context, status=REFUSED)
