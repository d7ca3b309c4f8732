"""Feedback on the page of an insight."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views import View
from django.views.generic import DetailView

from insights.feedback.forms import FeedbackForm
from insights.feedback.giving import give_feedback
from insights.models import Feedback
from insights.status_views import render_again


class FeedbackView(PermissionRequiredMixin, View):
    """Give feedback on an insight. What is left out of a later one stays."""

    http_method_names = ["post"]
    # The page of the insight, which shows the form again.
    page: type[DetailView[Any]] = DetailView

    def get_permission_required(self) -> tuple[str, ...]:
        return (self.page.permission_required, "insights.add_feedback")  # type: ignore[attr-defined]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        page = self.page()
        page.setup(request, pk=pk)
        row: Any = get_object_or_404(page.get_queryset(), pk=pk)
        own = Feedback.objects.about(row).filter(user=request.user.pk).first()
        form = FeedbackForm(request.POST, instance=own)
        if not form.is_valid():
            return render_again(page, feedback_form=form)
        give_feedback(row, form.given(), timezone.now(), request)
        messages.success(request, "Feedback saved.")
        return redirect(row)
