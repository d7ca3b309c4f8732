"""The page of the database: its size, connections, tables, queries and the cache."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from clouds.permissions import AllAccountsMixin
from monitoring.database.api import DEFAULT_HOURS, known_pools
from monitoring.database.cache_rates import cache_rates
from monitoring.database.report import query_times
from monitoring.database.state import database_state

TABLES_SHOWN = 15
QUERIES_SHOWN = 25
SLOW_SHOWN = 10


class DatabasePage(AllAccountsMixin, TemplateView):
    template_name = "monitoring/database.html"
    permission_required = "monitoring.view_namedquery"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        state = database_state(now)
        times = query_times(now - timedelta(hours=DEFAULT_HOURS), now)
        slow = [one for one in times if one.slow]
        return super().get_context_data(
            state=state,
            tables=state["tables"][:TABLES_SHOWN],
            tables_in_all=len(state["tables"]),
            is_postgres=state["engine"] == "postgresql",
            queries=times[:QUERIES_SHOWN],
            queries_in_all=len(times),
            slow=sorted(slow, key=lambda one: -one.slowest_ms)[:SLOW_SHOWN],
            hours=DEFAULT_HOURS,
            cache_rates=cache_rates(),
            **known_pools(),
            **kwargs,
        )
