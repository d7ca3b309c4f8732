"""The page of digests: who gets one, and what it says now."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views import View
from django.views.generic import TemplateView

from alerts.channels import configured_channels, emails_are_printed
from clouds.access import is_limited
from dashboard.digests.changes import add_digest, remove_digest
from dashboard.digests.contents import digest_text
from dashboard.digests.forms import DigestForm
from dashboard.digests.models import FIRST_HOUR, Digest
from dashboard.digests.sending import DAYS

VIEW = "costs.view_dailycost"
REFUSED = 409


class DigestsView(PermissionRequiredMixin, TemplateView):
    template_name = "dashboard/digests.html"
    permission_required = VIEW
    form: DigestForm | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = cast("User", self.request.user)
        wanted = self.request.GET.get("preview", Digest.Frequency.DAILY)
        shown = wanted if wanted in Digest.Frequency else Digest.Frequency.DAILY
        frequency = Digest.Frequency(shown)
        digests = Digest.objects.visible_to(user).select_related("user")
        return super().get_context_data(
            digests=digests,
            frequencies=Digest.Frequency.choices,
            channels=[] if is_limited(user) else list(configured_channels()),
            frequency=frequency,
            text=digest_text(user, DAYS[frequency], timezone.now()),
            form=self.form,
            first_hour=FIRST_HOUR,
            emails_are_printed=emails_are_printed(),
            **kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Subscribe."""
        now = timezone.now()
        self.form = DigestForm(cast("User", request.user), request.POST)
        if not self.form.is_valid():
            return self.render_to_response(self.get_context_data(), status=REFUSED)
        wanted = Digest(user=self.form.instance.user, **self.form.cleaned_data)
        digest = add_digest(wanted, now, request)
        messages.success(request, f"{digest} added. The next one comes by itself.")
        return redirect("digests")


class RemoveDigestView(PermissionRequiredMixin, View):
    """Remove one's own; who may change users removes that of anybody."""

    permission_required = VIEW
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        own = Digest.objects.removable_by(cast("User", request.user))
        digest = get_object_or_404(own, pk=pk)
        messages.success(request, f"{digest} removed.")
        remove_digest(digest, request)
        return redirect("digests")
