"""The pages that join apps: the summary, and one machine with its utilisation."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.utils import timezone
from django.views.generic import DetailView, TemplateView

from cloudintel.overview import spending
from costs.chart import by_moment, trend_chart
from inventory.models import Instance
from metrics.chart import cpu_chart, network_chart
from metrics.models import CpuMetric, NetworkMetric
from providers.windows import last_complete_days
from syncs.freshness import freshness
from syncs.models import CloudAccount
from syncs.standing import per_dataset

UTILISATION_DAYS = 90


class SummaryView(LoginRequiredMixin, TemplateView):
    """What is spent, what changed, what runs, is it fresh, does it reconcile."""

    template_name = "summary.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        accounts = list(CloudAccount.objects.enabled())
        found = spending(now, self.request.GET.get("currency"))
        if found:
            kwargs |= {
                "spending": found,
                "chart": trend_chart(found.trend),
                "table": by_moment(found.trend),
            }
        present = Instance.objects.present().filter(account__is_enabled=True)
        states = present.count_per_state()
        return super().get_context_data(
            accounts=accounts,
            standing=per_dataset(freshness(accounts, now)),
            states=states,
            instances=sum(states.values()),
            **kwargs,
        )


class InstanceView(LoginRequiredMixin, DetailView[Instance]):
    """One machine: what it is, how hard it worked, and what changed about it."""

    template_name = "instance.html"
    queryset = Instance.objects.select_related("account")
    context_object_name = "instance"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        window = last_complete_days(UTILISATION_DAYS, timezone.now())
        days = {"instance": self.object, "day__gte": window.start}
        cpu = list(CpuMetric.objects.filter(**days, day__lt=window.end))
        network = list(NetworkMetric.objects.filter(**days, day__lt=window.end))
        return super().get_context_data(
            window=window,
            cpu=cpu,
            cpu_chart=cpu_chart(cpu, window),
            network=network,
            network_chart=network_chart(network, window),
            changes=self.object.changes.all(),
            **kwargs,
        )
