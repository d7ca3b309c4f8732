"""The triggers that keep SharedVersion: one row that moves with each of many others.

An account that goes takes its versions along, but moves only that of the accounts,
which is part of every answer's: it would else wait for the syncs of other accounts while
these wait for what it holds.
"""

from collections.abc import Iterator

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# ruff: noqa: S608 (every name that is put into a statement stands in this file)
ACCOUNTS, VERSIONS, SHARED = (
    "syncs_cloudaccount",
    "syncs_dataversion",
    "syncs_sharedversion",
)
SUBJECTS = ("accounts", "instances", "cost", "cpu", "prices")
# Those of syncs.versions.OF_ACCOUNT that can change: what answers tell of an account.
COLUMNS = ("account_id", "name", "payer_id", "is_payer", "is_enabled")
EVENTS = {
    "account": ("insert", "update", "delete"),
    "dataset": ("insert", "update"),
}
RANDOM = {
    "postgresql": "gen_random_uuid()",
    "sqlite": "lower(hex(randomblob(16)))",
}


def install(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Creates the triggers, and a name for the state that each subject is in."""
    vendor = editor.connection.vendor
    install_one = {"postgresql": postgresql, "sqlite": sqlite}[vendor]
    named = (moved(f"'{subject}'", vendor) for subject in SUBJECTS)
    for statement in [*install_one(), *named]:
        editor.execute(statement, params=None)


def uninstall(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Takes the triggers away; they go with their functions on PostgreSQL."""
    if editor.connection.vendor == "postgresql":
        for name in ("syncs_accounts_moved", "syncs_dataset_moved"):
            editor.execute(f"DROP FUNCTION {name} CASCADE")
        return
    for table in EVENTS:
        for event in EVENTS[table]:
            editor.execute(f"DROP TRIGGER syncs_{table}_{event}")


def moved(subject: str, vendor: str) -> str:
    """Gives that row a new name; another transaction that does so waits for this one,
    which is why a sync moves its version last of all."""
    return f"""
        INSERT INTO {SHARED} (subject, version) VALUES ({subject}, {RANDOM[vendor]})
        ON CONFLICT (subject) DO UPDATE SET version = excluded.version
    """


def postgresql() -> Iterator[str]:
    for name, subject in {
        "syncs_accounts_moved": "'accounts'",
        "syncs_dataset_moved": "NEW.dataset",
    }.items():
        yield f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                {moved(subject, "postgresql")};
                RETURN NULL;
            END $$
        """
    old, new = (
        ", ".join(f"{row}.{column}" for column in COLUMNS) for row in ("OLD", "NEW")
    )
    # Once, however many accounts come or go together.
    yield f"""
        CREATE TRIGGER syncs_accounts_come_or_go AFTER INSERT OR DELETE ON {ACCOUNTS}
        FOR EACH STATEMENT EXECUTE FUNCTION syncs_accounts_moved()
    """
    yield f"""
        CREATE TRIGGER syncs_accounts_change AFTER UPDATE ON {ACCOUNTS}
        FOR EACH ROW WHEN (({old}) IS DISTINCT FROM ({new}))
        EXECUTE FUNCTION syncs_accounts_moved()
    """
    yield f"""
        CREATE TRIGGER syncs_dataset AFTER INSERT OR UPDATE ON {VERSIONS}
        FOR EACH ROW EXECUTE FUNCTION syncs_dataset_moved()
    """


def sqlite() -> Iterator[str]:
    differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in COLUMNS)
    accounts = moved("'accounts'", "sqlite")
    dataset = moved("NEW.dataset", "sqlite")
    for event in EVENTS["account"]:
        when = f"WHEN {differs}" if event == "update" else ""
        yield (
            f"CREATE TRIGGER syncs_account_{event} AFTER {event} ON {ACCOUNTS} {when} "
            f"BEGIN {accounts}; END"
        )
    for event in EVENTS["dataset"]:
        yield (
            f"CREATE TRIGGER syncs_dataset_{event} AFTER {event} ON {VERSIONS} "
            f"BEGIN {dataset}; END"
        )
