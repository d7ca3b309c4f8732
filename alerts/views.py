"""The page of alerts: where they go, whether they arrive, and the last of them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views import View
from django.views.generic import DeleteView, ListView

from alerts.changes import add_channel, remove_channel, send_tests
from alerts.channels import configured_channels, emails_are_printed, missing_delivery
from alerts.forms import ChannelForm
from alerts.models import Channel, Notice
from alerts.querysets import ChannelQuerySet
from clouds.access import is_limited
from core.pages import ListPages


class AlertsView(PermissionRequiredMixin, ListView[Notice]):
    """The channels with what each took last, and notices, the newest first."""

    template_name = "alerts/alerts.html"
    permission_required = ("alerts.view_notice", "alerts.view_channel")
    paginate_by = 25
    paginator_class = ListPages
    form: ChannelForm | None = None

    def get_queryset(self) -> Any:
        seen = Notice.objects.visible_to(self.request.user)
        return seen.select_related("account").order_by("-created_at", "-id")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        names = configured_channels()
        seen = Notice.objects.visible_to(self.request.user)
        last = seen.last_per_channel(names)
        return super().get_context_data(
            channels=[(one, last.get(name)) for name, one in names.items()],
            missing_delivery=missing_delivery(),
            emails_are_printed=emails_are_printed(),
            may_change=may_change(self.request),
            kinds=Channel.Kind.choices,
            form=self.form,
            **kwargs,
        )

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
    """Return whether the user may add channels, which are told of every account."""
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


class RemoveChannelView(PermissionRequiredMixin, DeleteView[Channel, Any]):
    """Confirm, and remove a channel that was added."""

    template_name = "alerts/remove_channel.html"
    permission_required = "alerts.delete_channel"
    context_object_name = "channel"

    def get_queryset(self) -> ChannelQuerySet:
        return Channel.objects.visible_to(self.request.user)

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, f"Channel {self.object} removed.")
        remove_channel(self.object, self.request)
        return redirect("alerts")
