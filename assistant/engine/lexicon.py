"""The words that questions are made of, and the slots that some of them fill."""

from collections.abc import Mapping

Slots = Mapping[str, str]
# Words that mean nothing by themselves.
_FILLERS = (
    "a an the of for in on at to is are was were be been do does did has have had "
    "me my our us we i you please show tell give list display see get find what "
    "which how can could would should there it its this that those these total "
    "overall all and whole entire hey hi hello thanks thank during amount amounts "
    "figure figures much so cloud clouds account accounts service services region "
    "regions tag want know need "
    "look about detail details summary summarize anything"
)
FILLERS = frozenset(_FILLERS.split())
COST = (
    "cost costs spend spends spending spent bill bills billed pay paid paying charge "
    "charges charged expense expenses"
)
MACHINES = "instance instances machine machines vm vms server servers"
KINDS = {
    "instance": MACHINES,
    "volume": "volume volumes disk disks",
    "snapshot": "snapshot snapshots",
    "bucket": "bucket buckets",
    "database": "database databases db dbs",
    "address": "address addresses ips eip eips",
    "nat-gateway": "nat-gateway nat-gateways",
    "load-balancer": "load-balancer load-balancers balancer balancers",
}
TWO_WORDS = {
    "virtual machine": "instance",
    "virtual machines": "instance",
    "ip address": "address",
    "ip addresses": "address",
    "elastic ips": "address",
    "nat gateway": "nat-gateway",
    "nat gateways": "nat-gateway",
    "load balancer": "load-balancer",
    "load balancers": "load-balancer",
    "managed disk": "volume",
    "managed disks": "volume",
}
CODES = ("USD", "EUR", "GBP", "CHF", "JPY", "INR", "AUD", "CAD")
CURRENCIES = {
    **{code.lower(): code for code in CODES},
    "dollars": "USD",
    "euros": "EUR",
    "pounds": "GBP",
}


def saying(words: str, **slots: str) -> dict[str, Slots]:
    """Return phrases, one a word or between commas, with the slots that they fill."""
    phrases = words.split(", ") if "," in words else words.split()
    return dict.fromkeys(phrases, slots)


def kind_words(*kinds: str) -> dict[str, Slots]:
    found: dict[str, Slots] = {}
    for kind in kinds or KINDS:
        found |= saying(KINDS[kind], kind=kind)
    return found | {
        phrase: {"kind": kind}
        for phrase, kind in TWO_WORDS.items()
        if not kinds or kind in kinds
    }


def chosen(slot: str, **words: str) -> dict[str, Slots]:
    """Return words that each choose a value: value=its words."""
    found: dict[str, Slots] = {}
    for value, phrases in words.items():
        found |= saying(phrases, **{slot: value})
    return found


# Who asks for these is told that nothing was done.
_ACTIONS = (
    "delete remove stop start terminate resize restart reboot shut kill destroy "
    "buy purchase create add change update set drop disable enable release approve "
    "reset deallocate detach attach cancel deploy scale turn switch truncate "
    "insert alter grant revoke execute restore"
)
ACTIONS = frozenset(_ACTIONS.split())


METRIC = {
    **saying("amortized amortised effective", metric="effective"),
    **saying("unblended invoiced", metric="billed"),
}
IN_CURRENCY = {word: {"currency": code} for word, code in CURRENCIES.items()}
YEAR_AGO = saying(
    "than a year ago, compared with a year ago, compared to a year ago, year over "
    "year, versus a year ago, vs a year ago, vs last year, versus last year, compared "
    "with last year, compared to last year, than last year",
    compare="year_ago",
)
# What is more "than last month" is this month: beside the same days of the last one.
THAN_LAST = {
    f"{more}than {than} {unit}": {"period": period}
    for unit, period in {
        "month": "this_month",
        "quarter": "this_quarter",
        "week": "7_days",
    }.items()
    for than in ("last", "the last", "in last", "in the last", "the previous")
    for more in ("", "more ", "less ")
}
# What costs are cut by, in the singular.
GROUP_NOUNS = {
    "service": "service",
    "product": "service",
    "region": "region",
    "location": "region",
    "account": "account",
    "subscription": "account",
    "charge category": "charge_category",
    "resource group": "resource_group",
}
NOW = {**saying("now currently current today still right"), "at the moment": {}}
OF_COST = {**saying(COST), "how much": {}, "money": {}, "much": {}}
