"""Where the navigation leads: one table of the places and their pages."""

from dataclasses import dataclass

from django.contrib.auth.models import PermissionsMixin
from django.urls import reverse

from clouds.access import AnyUser, is_limited
from inventory.kinds import Kind

VIEW_COSTS = "costs.view_dailycost"
# Route -> its title and the kinds that it lists.
SECTIONS = {
    "storage": ("Storage", [Kind.VOLUME, Kind.SNAPSHOT, Kind.BUCKET]),
    "databases": ("Databases", [Kind.DATABASE]),
    "network": ("Network", [Kind.ADDRESS, Kind.NAT_GATEWAY, Kind.LOAD_BALANCER]),
}
SECTION_OF = {kind: name for name, (_, kinds) in SECTIONS.items() for kind in kinds}


def list_of(kind: Kind) -> str:
    """Return the address of the list of this kind, to which filters can be added."""
    if kind == Kind.INSTANCE:
        return f"{reverse('instances')}?"
    return f"{reverse(SECTION_OF[kind])}?kind={kind}&"


@dataclass(frozen=True, slots=True)
class Page:
    """One page; a user needs all of its permissions."""

    label: str
    route: str
    permissions: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Routes of what is below it."""
    accounts: str = ""
    """Its parameter that limits it to accounts, beside `provider` for clouds."""
    words: str = ""
    """What else people call it: search finds it by these."""
    views: tuple[str, ...] = ()
    """Routes that show the same list in other ways."""
    has_period: bool = False
    """Whether it is of days that are chosen, in the parameters of PERIOD."""
    is_for_staff: bool = False
    needs_all_accounts: bool = False

    def is_visible_to(self, user: AnyUser) -> bool:
        if not isinstance(user, PermissionsMixin):
            return False
        if self.is_for_staff and not getattr(user, "is_staff", False):
            return False
        if self.needs_all_accounts and is_limited(user):
            return False
        return user.has_perms(self.permissions)


@dataclass(frozen=True, slots=True)
class Place:
    """Pages of one subject; `icon` is one of static/img/icons.svg."""

    label: str
    icon: str
    pages: tuple[Page, ...]
    is_beside: bool = False
    """Whether it stands beside every page, as a button of the header."""


def _section(name: str, permission: str, words: str) -> Page:
    title, kinds = SECTIONS[name]
    return Page(title, name, (permission,), tuple(kinds), "account", words)


HOME = Page("Home", "summary", accounts="account", words="summary overview")
COSTS = (
    Page(
        "Explore",
        "costs",
        (VIEW_COSTS,),
        accounts="sub_account",
        words="costs bill spending services",
        has_period=True,
    ),
    Page(
        "Changes",
        "cost-changes",
        (VIEW_COSTS,),
        accounts="sub_account",
        words="movers largest",
        has_period=True,
    ),
    Page(
        "Line items",
        "lines",
        (VIEW_COSTS,),
        also=("line-changes", "commitments"),
        accounts="sub_account",
        words="bill lines resources usage types prices commitments FOCUS CUR",
        has_period=True,
    ),
    Page(
        "Budgets",
        "budgets",
        ("insights.view_budget",),
        also=("budget", "add-budget", "change-budget", "delete-budget"),
        accounts="account",
        words="alerts",
    ),
    Page(
        "Forecast",
        "forecasts",
        ("insights.view_forecast",),
        also=("forecast", "rate-forecast"),
        accounts="account",
        words="projection month end",
    ),
    Page(
        "Allocation",
        "teams",
        ("costs.view_team", VIEW_COSTS),
        words="teams rules showback chargeback",
        has_period=True,
    ),
    Page(
        "Saved views",
        "saved-views",
        (VIEW_COSTS,),
        also=("change-view", "delete-view"),
        words="bookmarks questions shared links",
    ),
)
RESOURCES = (
    Page(
        "All",
        "resources",
        ("inventory.view_resource",),
        accounts="account",
        words="resources inventory",
    ),
    Page(
        "Compute",
        "instances",
        ("inventory.view_instance",),
        also=(Kind.INSTANCE,),
        views=("cpu",),
        accounts="account",
        words="instances virtual machines VMs CPU utilization idle",
    ),
    _section("storage", "inventory.view_volume", "volumes disks snapshots buckets"),
    _section("databases", "inventory.view_database", "RDS SQL"),
    _section("network", "inventory.view_address", "addresses NAT load balancers"),
    Page(
        "Untagged",
        "untagged",
        ("inventory.view_resource",),
        accounts="account",
        words="tags missing lacking coverage",
    ),
)
INSIGHTS = (
    Page(
        "Overview",
        "insights",
        (
            *("insights.view_forecast", "insights.view_anomaly"),
            *("insights.view_recommendation", "insights.view_budget"),
        ),
        words="insights savings",
    ),
    Page("Mine", "mine", ("insights.view_recommendation",), words="owned assigned"),
    Page(
        "Anomalies",
        "anomalies",
        ("insights.view_anomaly",),
        also=("anomaly", "anomaly-status", "rate-anomaly"),
        accounts="account",
        words="spikes incidents",
    ),
    Page(
        "Planned changes",
        "planned-changes",
        ("insights.view_plannedchange",),
        also=("add-planned-change", "delete-planned-change"),
        accounts="account",
        words="expected announced migration maintenance",
    ),
    Page(
        "Recommendations",
        "recommendations",
        ("insights.view_recommendation",),
        also=("recommendation", "recommendation-status", "rate-recommendation"),
        accounts="account",
        words="savings rightsizing idle",
    ),
    Page(
        "Savings",
        "savings",
        ("insights.view_recommendation",),
        accounts="account",
        words="potential accepted realized verified",
    ),
    Page(
        "Actions",
        "remediations",
        ("insights.view_remediation",),
        also=("remediation", "propose-remediation", "decide-remediation"),
        accounts="account",
        words="remediation stop start resize delete approve schedule undo",
    ),
    Page(
        "Cloud advice",
        "advice",
        ("insights.view_advice",),
        accounts="account",
        words="Azure Advisor",
    ),
)
CARBON = (
    Page(
        "Carbon",
        "carbon",
        (
            *("carbon.view_emissiontotal", "costs.view_dailycost"),
            "inventory.view_instance",
        ),
        accounts="account",
        words="emissions CO2 energy kWh sustainability score green",
        has_period=True,
    ),
)
ASSISTANT = (
    Page(
        "Ask",
        "assistant",
        ("assistant.view_interaction",),
        also=("rate-answer",),
        words="assistant question chat answers MCP",
    ),
    Page(
        "Reports",
        "reports",
        ("assistant.view_interaction",),
        also=("report",),
        words="agents analyst specialist financial infrastructure remediation",
    ),
)
OPERATIONS = (
    Page(
        "Syncs and backfills",
        "syncs",
        ("syncs.view_syncrun",),
        also=("run", "backfill", "propose-backfill", "start-sync"),
        words="runs data freshness incidents API cost",
    ),
    Page(
        "Coverage",
        "coverage",
        ("clouds.view_cloudaccount", "costs.view_costtotal"),
        also=("reread", "propose-reread"),
        accounts="account",
        words="calendar missing days estimated reconciled read again health",
    ),
    Page(
        "Alerts and channels",
        "alerts",
        ("alerts.view_notice", "alerts.view_channel"),
        also=("remove-channel", "add-route"),
        words="notices e-mail webhook Slack Teams PagerDuty test routes snooze",
    ),
    Page(
        "Digests",
        "digests",
        (VIEW_COSTS,),
        words="daily weekly e-mail summary subscription",
    ),
    Page(
        "Health",
        "health-history",
        ("monitoring.view_healthperiod",),
        words="status uptime checks monitoring workers queue cache scheduler disk",
    ),
    Page(
        "Database",
        "database-state",
        ("monitoring.view_namedquery",),
        words="slow queries tables connections pool size cache hit rate migrations",
        needs_all_accounts=True,
    ),
    Page(
        "System",
        "system-metrics",
        ("monitoring.view_metricpoint",),
        words="host CPU memory disk network processes metrics server",
        needs_all_accounts=True,
    ),
    Page(
        "Backups",
        "backups",
        ("archives.view_backup",),
        words="restore recovery disaster verified dump",
        needs_all_accounts=True,
    ),
    Page(
        "Retention",
        "retention",
        ("archives.view_retentionrun", "archives.view_archive"),
        words="archive prune history keep delete Parquet months",
        needs_all_accounts=True,
    ),
    Page(
        "Security",
        "scans",
        ("monitoring.view_finding", "monitoring.view_scan"),
        also=("finding",),
        words="scans findings vulnerabilities bandit SARIF advisories weaknesses",
        needs_all_accounts=True,
    ),
)
ADMIN = (
    Page(
        "People and access",
        "people",
        ("auth.view_user",),
        also=("invite", "person", "sign-in-link", "disable-person", "enable-person"),
        words="users roles invite accounts",
        needs_all_accounts=True,
    ),
    Page(
        "Accounts",
        "admin:clouds_cloudaccount_changelist",
        ("clouds.view_cloudaccount",),
        words="clouds credentials settings",
        is_for_staff=True,
    ),
    Page("Tokens", "tokens", words="API tokens", is_for_staff=True),
    Page(
        "Activity",
        "activity",
        ("users.view_auditentry",),
        words="audit log history",
        needs_all_accounts=True,
    ),
    Page(
        "Demo",
        "demo",
        ("clouds.control_demo",),
        words="simulate scenarios present control spike reset",
    ),
    Page("Advanced", "admin:index", words="Django admin", is_for_staff=True),
)
PLACES = (
    Place("Home", "home", (HOME,)),
    Place("Costs", "costs", COSTS),
    Place("Resources", "resources", RESOURCES),
    Place("Insights", "insights", INSIGHTS),
    Place("Carbon", "carbon", CARBON),
    Place("Operations", "operations", OPERATIONS),
    Place("Admin", "admin", ADMIN),
    Place("Assistant", "assistant", ASSISTANT, is_beside=True),
)
PAGE_OF = {
    route: page
    for place in PLACES
    for page in place.pages
    for route in (page.route, *page.also, *page.views)
}
