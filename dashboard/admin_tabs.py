"""Frequently used filters of the admin's lists, each a tab above its list."""

from django.apps import apps
from django.http import HttpRequest

from core.admin.columns import list_url

# model -> (title, its filters)
SAVED: dict[str, list[tuple[str, dict[str, object]]]] = {
    "inventory.instance": [
        ("All", {}),
        ("Running", {"state": "running", "gone_since__isempty": 1}),
        ("Stopped", {"state": "stopped", "gone_since__isempty": 1}),
        ("Terminated", {"gone_since__isempty": 0}),
    ],
    "inventory.statechange": [
        ("All", {}),
        ("Terminations", {"new_value__icontains": "terminated"}),
        ("Type changes", {"field__exact": "instance_type"}),
    ],
    "metrics.cpumetric": [
        ("All", {}),
        ("Maximum up to 5%", {"maximum_percent_to": 5}),
        ("Average 80% and above", {"average_percent_from": 80}),
    ],
    "syncs.syncrun": [
        ("All", {}),
        ("Failed", {"status__exact": "failed"}),
        ("Partial", {"status__exact": "partial"}),
        ("Running", {"status__exact": "running"}),
    ],
}


def tabs(request: HttpRequest) -> list[dict[str, object]]:
    """unfold's tabs; one is active where the list shows exactly its rows."""
    return [
        {"models": [model], "items": [_tab(request, model, *one) for one in saved]}
        for model, saved in SAVED.items()
    ]


def _tab(
    request: HttpRequest, model: str, title: str, filters: dict[str, object]
) -> dict[str, object]:
    link = list_url(apps.get_model(model), **filters)
    return {"title": title, "link": link, "active": request.get_full_path() == link}
