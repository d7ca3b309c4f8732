"""Keys are written as the name of their table, and nothing else is."""

from tests.table_keys import TableKeys


def test_a_uuid_that_begins_like_a_key_is_none() -> None:
    keys = TableKeys(["account", "run"])
    uuid = "88000001-1234-4abc-8abc-0123456789ab"
    assert keys.text([f"version: {uuid}, account: 88000001, run: 88050007"]) == (
        "version: *, account: account#, run: run#\n"
    )
