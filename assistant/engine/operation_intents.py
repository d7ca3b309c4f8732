"""What can be asked of a bill's lines, of actions, and of the installation itself."""

from assistant.engine.intent import BILL_CHOICES, Intent
from assistant.engine.lexicon import IN_CURRENCY, METRIC, NOW, OF_COST, chosen, saying
from assistant.engine.names import NameKind

OPERATIONS = (
    Intent(
        name="lines",
        description="What costs most by line item: by usage type or resource.",
        example="Which usage types cost the most?",
        triggers={
            **saying(
                "usage type, usage types, by usage type, per usage type",
                group_by="usage_type",
            ),
            **saying(
                "by resource, per resource, each resource, single resources, "
                "resource ids",
                group_by="resource",
            ),
            **saying("line item, line items, bill lines, by operation, operations"),
        },
        words={
            **OF_COST,
            **METRIC,
            **IN_CURRENCY,
            **saying(
                "most top highest largest biggest expensive of where money goes list"
            ),
            **{"by operation": {"group_by": "operation"}},
            **{"operations": {"group_by": "operation"}},
        },
        names={
            NameKind.SERVICE: "service",
            NameKind.ACCOUNT: "sub_account",
            NameKind.REGION: "region",
            NameKind.TAG: "tag",
        },
        days="past",
        choices={
            **BILL_CHOICES,
            "group_by": ("usage_type", "resource", "operation"),
        },
        defaults={"group_by": "usage_type"},
    ),
    Intent(
        name="action",
        description="Actions that change a cloud: those that wait, or what became of "
        "them.",
        example="Which actions are pending?",
        triggers=saying("action actions remediation remediations approval approvals"),
        words={
            **chosen("open", true="pending open waiting proposed unapproved"),
            **chosen("status", failed="failed", succeeded="succeeded done carried"),
            **NOW,
            **saying("wait waits waiting any many need needs out were are"),
            **{"how many": {}},
        },
        names={NameKind.ACCOUNT: "account", NameKind.PROVIDER: "provider"},
        choices={"open": ("true", "false"), "status": ("failed", "succeeded")},
    ),
    Intent(
        name="backup",
        description="The newest backups, and whether they could be restored.",
        example="When was the last backup?",
        triggers=saying("backup, backups, backed up, restorable"),
        words={
            **chosen("verified", true="verified proven restored"),
            **chosen("state", failed="failed failing fail"),
            **NOW,
            **saying(
                "when last latest newest old recent made database ok "
                "successful there any many work works"
            ),
            **{"how many": {}, "how old": {}},
        },
        choices={"verified": ("true",), "state": ("failed",)},
    ),
    Intent(
        name="health",
        description="Whether the parts of this installation are up.",
        example="Is the installation healthy?",
        triggers=saying(
            "health healthy unhealthy uptime monitoring down component components"
        ),
        words={
            **saying(
                "installation system cloudintel components component up down state "
                "status working everything ok any many part parts"
            ),
            **chosen(
                "component",
                database="database db",
                cache="cache",
                broker="queue broker",
                workers="workers worker",
                beat="scheduler beat",
                disk="disk",
                backups="backup backups",
            ),
            **NOW,
        },
        choices={
            "component": (
                *("database", "cache", "broker", "workers", "beat", "disk"),
                "backups",
            )
        },
    ),
)
