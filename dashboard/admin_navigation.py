"""The admin's sidebar, and the tabs above its lists."""

from functools import cache
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.text import capfirst

from core.admin.columns import list_url
from users.saved_views.admin import save_this_page

# title of the group -> (model, icon of its line)
SUBJECTS = {
    "Accounts and syncs": [
        ("clouds.cloudaccount", "cloud"),
        ("syncs.syncrun", "sync"),
        ("syncs.backfill", "history"),
        ("syncs.incident", "warning"),
        ("alerts.notice", "campaign"),
        ("alerts.route", "rule"),
        ("alerts.snooze", "schedule"),
        ("syncs.apiusage", "request_quote"),
        ("syncs.apibudgetday", "savings"),
        ("syncs.watermark", "flag"),
        ("django_celery_beat.periodictask", "schedule"),
    ],
    "Inventory": [
        ("inventory.resource", "category"),
        ("inventory.instance", "dns"),
        ("inventory.volume", "hard_drive"),
        ("inventory.snapshot", "photo_camera"),
        ("inventory.bucket", "folder_open"),
        ("inventory.database", "database"),
        ("inventory.address", "pin_drop"),
        ("inventory.natgateway", "output"),
        ("inventory.loadbalancer", "account_tree"),
        ("inventory.statechange", "swap_horiz"),
    ],
    "Costs": [
        ("costs.dailycost", "receipt_long"),
        ("costs.tagcost", "sell"),
        ("costs.costtotal", "functions"),
        ("costs.restatement", "published_with_changes"),
        ("costs.lineitemmonth", "list_alt"),
        ("costs.team", "groups"),
        ("costs.teamrule", "rule"),
        ("pricing.instanceprice", "sell"),
        ("pricing.resourceprice", "price_change"),
        ("pricing.pricedfamily", "family_history"),
    ],
    "Utilization": [
        ("metrics.cpumetric", "speed"),
        ("metrics.memorymetric", "memory"),
        ("metrics.networkmetric", "network_check"),
        ("metrics.usagemetric", "leaderboard"),
    ],
    "Carbon": [
        ("carbon.resourceemission", "eco"),
        ("carbon.emissiontotal", "functions"),
    ],
    "Insights": [
        ("insights.forecast", "trending_up"),
        ("insights.anomaly", "notification_important"),
        ("insights.plannedchange", "event"),
        ("insights.recommendation", "lightbulb"),
        ("insights.advice", "tips_and_updates"),
        ("insights.judgment", "verified"),
        ("insights.calibration", "speed"),
        ("insights.feedback", "reviews"),
        ("insights.verification", "verified"),
        ("insights.budget", "account_balance_wallet"),
        ("insights.budgetalert", "campaign"),
        ("insights.ownerrule", "assignment_ind"),
        ("insights.refreshstate", "update"),
    ],
    "Dashboard": [
        ("dashboard.dashboardmetric", "timeline"),
        ("dashboard.digest", "campaign"),
        ("clouds.demoevent", "theater_comedy"),
    ],
    "Assistant": [("assistant.interaction", "forum")],
    "Monitoring": [
        ("monitoring.healthperiod", "monitor_heart"),
        ("monitoring.namedquery", "database"),
        ("monitoring.slowquery", "hourglass_bottom"),
        ("monitoring.alertrule", "rule"),
        ("monitoring.breach", "notification_important"),
        ("monitoring.metricseries", "monitoring"),
        ("monitoring.scan", "security"),
        ("monitoring.finding", "bug_report"),
    ],
    "Archives": [
        ("archives.archive", "inventory_2"),
        ("archives.retentionrun", "auto_delete"),
        ("archives.backup", "backup"),
    ],
    "Users": [
        ("auth.user", "person"),
        ("auth.group", "group"),
        ("users.apitoken", "key"),
        ("axes.accessattempt", "lock"),
        ("users.auditentry", "policy"),
    ],
}
PAGES = [
    ("summary", "Home", "home"),
    ("costs", "Costs", "payments"),
    ("teams", "Allocation", "groups"),
    ("instances", "Instances", "computer"),
    ("resources", "Resources", "category"),
    ("cpu", "CPU utilization", "monitoring"),
    ("insights", "Insights", "insights"),
    ("syncs", "Syncs", "sync"),
]

# model -> (title of the tab, filters of its list)
TABS: dict[str, list[tuple[str, dict[str, object]]]] = {
    "inventory.instance": [
        ("All", {}),
        ("Running", {"state": "running", "gone_since__isempty": 1}),
        ("Stopped", {"state": "stopped", "gone_since__isempty": 1}),
        ("Stopped (deallocated)", {"state": "deallocated", "gone_since__isempty": 1}),
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


def navigation(request: HttpRequest) -> list[dict[str, object]]:
    """unfold's groups of links, limited to what this user may view."""
    save = {"title": "Save this page", "icon": "bookmark_add"}
    saved: list[dict[str, object]] = [
        _marked(request, "users.savedview", "bookmarks"),
        {**save, "link": save_this_page(request)},
    ]
    groups = [
        _group("Pages", [_page(*page) for page in PAGES]),
        _group("Saved views", saved),
    ]
    for title, models in SUBJECTS.items():
        seen = [_marked(request, *one) for one in models if _may_view(request, one[0])]
        if seen:
            groups.append(_group(title, seen))
    return groups


def site_url(request: HttpRequest) -> str:
    return reverse("summary")


def icon(request: HttpRequest) -> str:
    return static("img/icon.svg")


def style(request: HttpRequest) -> str:
    return static("css/admin.css")


def _may_view(request: HttpRequest, name: str) -> bool:
    model = apps.get_model(name)
    if not admin.site.is_registered(model):
        return False
    return admin.site.get_model_admin(model).has_view_permission(request)


def _group(title: str, items: list[dict[str, object]]) -> dict[str, object]:
    shown = [{**item, "has_permission": True} for item in items]
    return {"title": title, "separator": True, "items": shown}


def _marked(request: HttpRequest, name: str, icon: str) -> dict[str, object]:
    item = _model(name, icon)
    return {**item, "active": request.path.startswith(item["link"])}


@cache
def _model(name: str, icon: str) -> dict[str, Any]:
    title = str(apps.get_model(name)._meta.verbose_name_plural)
    link = reverse(f"admin:{name.replace('.', '_')}_changelist")
    return {"title": capfirst(title), "icon": icon, "link": link}


@cache
def _page(name: str, title: str, icon: str) -> dict[str, object]:
    return {"title": title, "icon": icon, "link": reverse(name)}


def tabs(request: HttpRequest) -> list[dict[str, object]]:
    """unfold's tabs of this list; one is active where it shows exactly its rows."""
    return [
        {"models": [model], "items": [_tab(request, model, *one) for one in filters]}
        for model, filters in TABS.items()
        # unfold compares each with each link of its sidebar.
        if list_url(apps.get_model(model)) in request.path
    ]


def _tab(
    request: HttpRequest, model: str, title: str, filters: dict[str, object]
) -> dict[str, object]:
    link = list_url(apps.get_model(model), **filters)
    return {"title": title, "link": link, "active": request.get_full_path() == link}
