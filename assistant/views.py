"""Pages of the assistant: questions with their answers, and the agents' reports."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views import View
from django.views.generic import ListView, TemplateView

from assistant.agents import AGENTS, report
from assistant.ask import ask, rate
from assistant.engine.intents import INTENTS
from assistant.forms import QuestionForm, RatingForm
from assistant.models import Interaction, InteractionQuerySet
from core.pages import ListPages

VIEW = "assistant.view_interaction"
REFUSED = 400
PAGE = Interaction.Source.PAGE


class AssistantView(PermissionRequiredMixin, ListView[Interaction]):
    """One's own questions on pages, the newest first, and a form to ask another."""

    template_name = "assistant/assistant.html"
    permission_required = VIEW
    paginate_by = 10
    paginator_class = ListPages
    http_method_names = ["get", "post", "head", "options"]

    def get_queryset(self) -> InteractionQuerySet:
        own = Interaction.objects.filter(user=self.request.user.pk)
        return own.exclude(intent="report").order_by("-asked_at", "-id")

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask, and go to the answer."""
        form = QuestionForm(request.POST)
        if form.is_valid():
            row = ask(form.cleaned_data["question"], cast("User", request.user), PAGE)
            return redirect(f"{reverse('assistant')}#question-{row.pk}")
        self.extra_context = {"form": form}
        response = self.get(request)
        response.status_code = REFUSED
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            intents=INTENTS,
            asked=self.request.GET.get("q", ""),
            keep_days=settings.ASSISTANT_KEEP_DAYS,
            **kwargs,
        )


class RateAnswerView(PermissionRequiredMixin, View):
    """Say whether an answer of one's own was right."""

    http_method_names = ["post"]
    permission_required = VIEW

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(Interaction, pk=pk, user=request.user.pk)
        form = RatingForm(request.POST, instance=row)
        if form.is_valid():
            rate(row, row.rating, row.comment, request)
            messages.success(request, "Thank you: your judgment is stored.")
        else:
            messages.error(request, "Choose right or wrong, with a short comment.")
        return redirect(f"{reverse('assistant')}#question-{row.pk}")


class ReportsView(PermissionRequiredMixin, TemplateView):
    """The four agents, or the report of one."""

    template_name = "assistant/reports.html"
    permission_required = VIEW

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name = self.kwargs.get("agent")
        if name is None:
            return super().get_context_data(agents=AGENTS.values(), **kwargs)
        if name not in AGENTS:
            raise Http404(f"There is no agent {name}.")
        found = report(AGENTS[name], self.request.user, timezone.now())
        return super().get_context_data(
            agents=AGENTS.values(), report=found, current=name, **kwargs
        )
