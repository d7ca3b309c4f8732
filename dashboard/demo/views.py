"""The page of demo control, and what its buttons do."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views import View
from django.views.generic import TemplateView

from dashboard.demo.control import (
    CONTROL,
    InvalidStep,
    OtherPresenter,
    change_play,
    play_scene,
    queue,
    send,
)
from dashboard.demo.forms import step_forms, written
from dashboard.demo.state import demo_state
from users.audit import Actor, actor_of

REFUSED = 409


class DemoView(PermissionRequiredMixin, TemplateView):
    """What the demo company is at, and everything that can be done to it."""

    live_topics = ("demo",)
    template_name = "dashboard/demo.html"
    permission_required = CONTROL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        posted = self.request.POST or None
        return super().get_context_data(
            demo=demo_state(timezone.now()), forms=step_forms(posted), **kwargs
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Queue the step that a form describes."""
        try:
            queue([written(request.POST)], actor_of(request), timezone.now())
        except (InvalidStep, OtherPresenter) as error:
            context = self.get_context_data(refused=str(error))
            return self.render_to_response(context, status=REFUSED)
        send()
        return redirect("demo")


class DemoControlView(PermissionRequiredMixin, View):
    """One button: play a scenario or its next scene, pause, resume, release."""

    permission_required = CONTROL
    http_method_names = ["post"]

    def post(self, request: HttpRequest, what: str) -> HttpResponse:
        actor, now = actor_of(request), timezone.now()
        try:
            self._do(what, request, actor, now)
        except (InvalidStep, OtherPresenter) as error:
            messages.error(request, str(error))
        else:
            send()
        return redirect("demo")

    def _do(self, what: str, request: HttpRequest, actor: Actor, now: Any) -> None:
        if what == "scenario":
            play_scene(actor, now, request.POST.get("name", "")[:64] or "?")
        elif what == "next":
            play_scene(actor, now)
        elif not change_play(what, actor, now):
            raise Http404
