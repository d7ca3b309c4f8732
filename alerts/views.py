"""The page of alerts: where they go, if they arrive, and what is done about them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import DeleteView, ListView

from alerts.acting import (
    ACT,
    CannotAct,
    acknowledge,
    sent_together,
    snooze,
    who_acts,
)
from alerts.changes import (
    add_channel,
    add_route,
    remove_channel,
    remove_route,
    send_tests,
)
from alerts.channels import configured_channels, emails_are_printed, missing_delivery
from alerts.forms import SNOOZE_DAYS, ChannelForm, RouteForm, SnoozeForm
from alerts.links import LinkExpired, notice_of, page_of
from alerts.models import Channel, Notice, Route, Severity, Snooze, Topic
from clouds.access import is_limited
from clouds.models import CloudAccount
from core.pages import ListPages, VisibleRowsMixin
from core.refusals import Refusal

REFUSED = 409


class AlertsView(VisibleRowsMixin, ListView[Notice]):
    """The channels with what each took last, and notices, the newest first."""

    template_name = "alerts/alerts.html"
    permission_required = ("alerts.view_notice", "alerts.view_channel")
    queryset = Notice.objects.select_related("account").order_by("-created_at", "-id")
    paginate_by = 25
    paginator_class = ListPages
    form: ChannelForm | None = None
    route_form: RouteForm | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        names = configured_channels()
        seen = Notice.objects.visible_to(self.request.user)
        last = seen.last_per_channel(names)
        routes: dict[str, list[Route]] = {name: [] for name in names}
        seen_routes = Route.objects.visible_to(self.request.user)
        for route in seen_routes.select_related("account"):
            routes.setdefault(route.channel, []).append(route)
        context = super().get_context_data(
            channels=[
                (one, last.get(name), routes[name]) for name, one in names.items()
            ],
            snoozes=Snooze.objects.visible_to(self.request.user),
            may_act=self.request.user.has_perm(ACT),
            snooze_days=SNOOZE_DAYS.items(),
            topics=Topic.choices,
            severities=Severity.choices,
            accounts=CloudAccount.objects.visible_to(self.request.user),
            route_form=self.route_form,
            missing_delivery=missing_delivery(),
            emails_are_printed=emails_are_printed(),
            may_change=may_change(self.request),
            sees_routes=not is_limited(self.request.user),
            kinds=Channel.Kind.choices,
            form=self.form,
            **kwargs,
        )
        for notice in context["object_list"]:
            notice.has_page = notice.has_page_for(self.request.user)
        return context

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add a channel."""
        if not may_change(request):
            return self.handle_no_permission()
        self.form = ChannelForm(request.POST)
        if not self.form.is_valid():
            return self.get(request)
        channel = self.form.instance
        add_channel(channel, timezone.now(), request)
        messages.success(request, f"Channel {channel} added. Send a test to see it.")
        return redirect("alerts")


def may_change(request: HttpRequest) -> bool:
    """Return whether the user may add channels, which get notices of every account."""
    may = request.user.has_perm("alerts.add_channel")
    return may and not is_limited(request.user)


class SendTestView(PermissionRequiredMixin, View):
    """Send a test to one channel, and report what came of it."""

    permission_required = "alerts.add_channel"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        channel = configured_channels().get(request.POST.get("channel", ""))
        if channel is None:
            raise Http404("There is no such channel.")
        (notice,) = send_tests([channel], timezone.now(), request)
        if notice.error:
            messages.error(request, f"The test of {channel} failed. {notice.error}")
        else:
            messages.success(request, f"{channel} took the test: look whether it came.")
        return redirect("alerts")


class RemoveChannelView(VisibleRowsMixin, DeleteView[Channel, Any]):
    """Confirm, and remove a channel that was added."""

    template_name = "alerts/remove_channel.html"
    permission_required = "alerts.delete_channel"
    context_object_name = "channel"
    model = Channel

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, f"Channel {self.object} removed.")
        remove_channel(self.object, self.request)
        return redirect("alerts")


class AddRouteView(PermissionRequiredMixin, View):
    """Add a route, or show the page again with the reason why not."""

    permission_required = "alerts.add_route"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if is_limited(request.user):
            return self.handle_no_permission()
        form = RouteForm(request.POST)
        if not form.is_valid():
            page = AlertsView()
            page.setup(request)
            page.route_form = form
            response = page.get(request)
            response.status_code = REFUSED
            return response
        add_route(form.instance, timezone.now(), request)
        messages.success(request, f"Route added. {form.instance}.")
        return redirect("alerts")


class RemoveRouteView(PermissionRequiredMixin, View):
    permission_required = "alerts.delete_route"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        route = get_object_or_404(Route.objects.visible_to(request.user), pk=pk)
        messages.success(request, f"Route removed. {route}.")
        remove_route(route, request)
        return redirect("alerts")


class OpenNoticeView(PermissionRequiredMixin, View):
    """Lead to the page of what a notice is about, which checks its own permissions."""

    permission_required = "alerts.view_notice"
    http_method_names = ["get"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
        return redirect(page_of(notice) or notice)


class ActView(PermissionRequiredMixin, View):
    """Acknowledge or snooze what a notice is about."""

    permission_required = ("alerts.view_notice", ACT)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
        try:
            messages.success(request, act(request, [notice]))
        except Refusal as error:  # of what it is about, too
            messages.error(request, str(error))
        return redirect("alerts")


@method_decorator(never_cache, "dispatch")
class ActByLinkView(View):
    """The same for whoever has the message; opening the link changes nothing."""

    http_method_names = ["get", "post"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self._page(request, token)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            done = act(request, sent_together(notice_of(token)))
        except (LinkExpired, Refusal) as error:
            return self._page(request, token, refused=str(error))
        return self._page(request, token, done=done)

    def _page(self, request: HttpRequest, token: str, **outcome: str) -> HttpResponse:
        try:
            notice: Notice | None = notice_of(token)
        except LinkExpired as error:
            notice, outcome = None, {"refused": str(error)}
        more = len(sent_together(notice)) - 1 if notice else 0
        days = SNOOZE_DAYS.items()
        context = {"notice": notice, "more": more, "snooze_days": days, **outcome}
        status = REFUSED if "refused" in outcome else 200
        return render(request, "alerts/act.html", context, status=status)


def act(request: HttpRequest, notices: Sequence[Notice]) -> str:
    """Snooze where days are posted, else acknowledge; return what was done."""
    now, by = timezone.now(), who_acts(request, notices[0])
    if "days" not in request.POST:
        acknowledge(notices, now, by, request)
        return "Acknowledged."
    form = SnoozeForm(request.POST)
    if not form.is_valid():
        raise CannotAct(f"Choose one of {', '.join(SNOOZE_DAYS.values())}.")
    until = now + timedelta(days=int(form.cleaned_data["days"]))
    snooze(notices, until, now, by, request)
    return f"Snoozed until {until:%-d %b %Y %H:%M} UTC. You are notified again then."
