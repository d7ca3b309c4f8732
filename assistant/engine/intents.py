"""The closed table of what can be asked."""

from collections.abc import Mapping
from types import MappingProxyType

from assistant.engine.intent import (
    BILL_CHOICES,
    BILL_NAMES,
    COST_CHOICES,
    RESOURCE_NAMES,
    SEVERITIES,
    Intent,
)
from assistant.engine.lexicon import (
    IN_CURRENCY,
    KINDS,
    METRIC,
    NOW,
    OF_COST,
    THAN_LAST,
    YEAR_AGO,
    chosen,
    kind_words,
    saying,
)
from assistant.engine.names import NameKind
from assistant.engine.operation_intents import OPERATIONS

COMMITMENTS = "commitment commitments reservation reservations"
UNUSED = {"rule": "unused_commitment"}
INTENTS = (
    Intent(
        name="freshness",
        description="How fresh the stored data of each account is.",
        example="Is the data of production fresh?",
        triggers=saying(
            "fresh, freshness, stale, outdated, up to date, up-to-date, last sync, "
            "last synced, last read, data through, recent data, synced, how old"
        ),
        words={
            **saying("data sync syncs read old late failing latest last when"),
            **NOW,
        },
        names={NameKind.ACCOUNT: "account", NameKind.PROVIDER: "provider"},
    ),
    Intent(
        name="budget",
        description="The budgets and how this month goes.",
        example="Are we within budget?",
        triggers=saying("budget budgets budgeted"),
        words={
            **saying(
                "within under over exceed exceeds exceeded exceeding status track "
                "left remaining used doing month going risk against still reached"
            ),
            **{"on track": {}, "at risk": {}, "this month": {}, "how many": {}},
            **OF_COST,
            **NOW,
        },
        names={
            NameKind.BUDGET: "search",
            NameKind.ACCOUNT: "account",
            NameKind.PROVIDER: "provider",
        },
        one_of_each=True,
    ),
    Intent(
        name="forecast",
        description="What this month, or coming days, will cost.",
        example="What will this month cost?",
        triggers=saying(
            "forecast, forecasts, forecasted, predict, predicted, prediction, "
            "projected, projection, expected, expect, will, going to, month end, "
            "end of month, end of the month, end of this month"
        ),
        words={
            **OF_COST,
            **saying("by until end expecting probably estimate estimated month s"),
        },
        names={NameKind.SERVICE: "service", NameKind.ACCOUNT: "account"},
        days="ahead",
        one_of_each=True,
    ),
    Intent(
        name="anomaly",
        description="Unusual costs and use that were found.",
        example="Which anomalies are open?",
        triggers=saying(
            "anomaly anomalies anomalous unusual spike spikes incident incidents "
            "outlier outliers abnormal strange unexpected alarm alarms"
        ),
        words={
            **chosen("open", true="open unresolved", false="closed"),
            **chosen(
                "severity",
                critical="critical",
                high="high severe",
                medium="medium",
                low="low",
            ),
            **OF_COST,
            **NOW,
            **saying("found detected find happened happen severity any many"),
            **{"how many": {}},
        },
        names={
            NameKind.SERVICE: "service",
            NameKind.ACCOUNT: "account",
            NameKind.REGION: "region",
            NameKind.PROVIDER: "provider",
            NameKind.TAG: "tag",
        },
        days="past",
        choices={"open": ("true", "false"), "severity": SEVERITIES},
    ),
    Intent(
        name="savings",
        description="Recommendations and what they would save, or have saved.",
        example="Where can we save money?",
        triggers=saying(
            "save saves saved saving savings recommend recommendation recommendations "
            "recommended waste wasted wasting wasteful optimize optimise optimization "
            f"rightsize rightsizing oversized unattached {COMMITMENTS}"
        ),
        words={
            **kind_words(),
            **chosen(
                "category",
                compute="compute",
                storage="storage",
                database="db-related",
                network="network networking",
            ),
            **chosen("rule", oversized="rightsize rightsizing oversized"),
            **chosen("rule", unattached="unattached", idle="idle"),
            **chosen("rule", commitment=COMMITMENTS),
            **{f"unused {one}": UNUSED for one in COMMITMENTS.split()},
            **{f"savings {one}": {"rule": "commitment"} for one in ("plan", "plans")},
            **chosen(
                "priority",
                critical="critical",
                high="high urgent",
                medium="medium",
                low="low",
            ),
            **saying("realized realised", realized="true"),
            "already saved": {"realized": "true"},
            "have we saved": {"realized": "true"},
            "did we save": {"realized": "true"},
            "we have saved": {"realized": "true"},
            **OF_COST,
            **NOW,
            **saying(
                "where money potential possible reduce cut opportunities opportunity "
                "monthly month open live top biggest largest best priority so far any "
                "many each"
            ),
            **{"how many": {}, "a month": {}, "every month": {}},
        },
        names={
            NameKind.ACCOUNT: "account",
            NameKind.REGION: "region",
            NameKind.PROVIDER: "provider",
        },
        choices={
            "kind": tuple(KINDS),
            "category": ("compute", "storage", "database", "network", "cost"),
            "rule": (
                *("oversized", "unattached", "idle"),
                *("commitment", "unused_commitment"),
            ),
            "priority": SEVERITIES,
            "realized": ("true",),
        },
    ),
    Intent(
        name="idle",
        description="Running machines whose CPU does next to nothing.",
        example="Which instances are idle?",
        triggers=saying(
            "idle, unused, underused, underutilized, underutilised, idling, "
            "doing nothing, do nothing, not used"
        ),
        words={
            **kind_words("instance"),
            **NOW,
            **saying("running ec2 cost many any"),
            **{"how many": {}, "how much": {}},
        },
        names=RESOURCE_NAMES,
    ),
    Intent(
        name="carbon",
        description="Estimated emissions of what runs.",
        example="What are our carbon emissions by account?",
        triggers=saying("carbon co2 co2e emission emissions emit emits footprint"),
        words={
            **saying("cause caused kg estimated produce produced"),
            **chosen(
                "group_by",
                account="by account, per account, by accounts",
                service="by service, per service, by services",
                region="by region, per region, by regions",
                team="by team, per team, by teams",
            ),
            "how much": {},
        },
        names={NameKind.ACCOUNT: "account", NameKind.PROVIDER: "provider"},
        days="past",
        default_period="30_days",
        choices={"group_by": ("account", "service", "region", "team")},
        defaults={"group_by": "account"},
    ),
    Intent(
        name="why",
        description="Why costs differ from those of the period before.",
        example="Why did costs rise last month?",
        triggers=saying(
            "why, explain, explanation, what changed, reason, reasons, cause, causes, "
            "caused, what drove, behind, compare, compared, versus, vs, difference, "
            "than a year ago, than last year, year over year, more than, less than"
        ),
        words={
            **OF_COST,
            **METRIC,
            **YEAR_AGO,
            **THAN_LAST,
            **IN_CURRENCY,
            **saying(
                "rise rises rose risen increase increases increased go goes went gone "
                "up down jump jumped jumping higher lower fall fell fallen drop "
                "dropped decrease decreased change changed changes more less expensive "
                "grow grew growth different rising falling increasing going"
            ),
            **saying("against than with between from"),
        },
        names=BILL_NAMES,
        days="past",
        default_period="30_days",
        compares=True,
        choices=COST_CHOICES,
    ),
    Intent(
        name="trend",
        description="Costs per day or month.",
        example="Show the cost per month this year",
        triggers={
            **saying(
                "trend, trends, over time, history, development, evolution, develop, "
                "developed, evolve, evolved, chart, graph, plot"
            ),
            **saying(
                "daily, per day, by day, each day, every day, day by day",
                granularity="daily",
            ),
            **saying(
                "monthly, per month, by month, each month, every month, month by month",
                granularity="monthly",
            ),
        },
        words={**OF_COST, **METRIC, **IN_CURRENCY},
        names=BILL_NAMES,
        groups=True,
        days="past",
        default_period="30_days",
        choices={**BILL_CHOICES, "granularity": ("daily", "monthly")},
        defaults={"group_by": "none"},
    ),
    Intent(
        name="top",
        description="What costs most, by service, account, region or tag.",
        example="What are our top 5 services last month?",
        triggers=saying(
            "top, most expensive, costliest, largest, biggest, highest, cost the most, "
            "costs the most, cost most, costs most, spend the most, spends the most, "
            "spend most, spends most, most money, priciest, by, per, breakdown, split, "
            "broken down"
        ),
        words={
            **OF_COST,
            **METRIC,
            **IN_CURRENCY,
            **saying("most where money go goes"),
        },
        names=BILL_NAMES,
        groups=True,
        days="past",
        default_period="30_days",
        has_limit=True,
        choices=BILL_CHOICES,
        defaults={"group_by": "service"},
    ),
    Intent(
        name="count",
        description="How many resources there are, by kind.",
        example="How many databases run in eu-west-1?",
        triggers={
            **saying("how many, number of, count, counts"),
            **saying("untagged, without tags", untagged="true"),
        },
        words={
            **kind_words(),
            **saying("resource resources thing things exist present run kind kinds"),
            **chosen("state", running="running", stopped="stopped"),
            "by kind": {},
            **NOW,
        },
        names=RESOURCE_NAMES,
        choices={
            "kind": tuple(KINDS),
            "state": ("running", "stopped"),
            "untagged": ("true",),
        },
    ),
    Intent(
        name="cost",
        description="What a period cost, compared with the one before.",
        example="What did S3 cost last month?",
        triggers=OF_COST,
        words={**METRIC, **IN_CURRENCY},
        names=BILL_NAMES,
        days="past",
        default_period="30_days",
        choices=COST_CHOICES,
    ),
    *OPERATIONS,
)
INTENT_OF: Mapping[str, Intent] = MappingProxyType({one.name: one for one in INTENTS})
