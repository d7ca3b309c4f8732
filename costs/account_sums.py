"""How far each account's bill reaches, by tag too, and what its newest days cost."""

from django.db.backends.utils import CursorWrapper

from core.windows import ONE_DAY, Window
from costs.models import BillSpan, RecentCost, TagSpan
from costs.stored_rows import BILLS_BY_TAG, COVERED

# ruff: noqa: S608 (every name and number in a statement is made in this file)
# The summary page compares the newest days of a bill with as many before them.
RECENT_DAYS = 30
# Only what came after the last covered day, unless nothing did.
ADD_SPANS = f"""
    INSERT INTO costs_billspan (account_id, currency, first_day, last_day, days)
    WITH covered AS ({COVERED.format("%s", "")}), counted AS (
        SELECT account_id, currency, day FROM costs_costtotal WHERE account_id = %s
            AND day NOT IN (SELECT covered_day FROM covered)
    )
    SELECT account_id, currency, MIN(day), MAX(day), COUNT(*) FROM counted
    WHERE NOT EXISTS (
        SELECT 1 FROM covered WHERE covered_day > counted.day
            AND covered_day < (SELECT MAX(day) FROM counted)
    ) GROUP BY account_id, currency
"""
# The same by each tag key; those of nothing are of every key too.
ADD_TAG_SPANS = f"""
    INSERT INTO costs_tagspan
        (account_id, currency, tag_key, first_day, last_day, days)
    WITH covered AS ({COVERED.format("%s", "")}), counted AS (
        SELECT currency, day, tag_key FROM {BILLS_BY_TAG} WHERE account_id = %s
            AND day NOT IN (SELECT covered_day FROM covered)
    ), newest AS (
        SELECT MAX(day) AS newest_day FROM costs_costtotal WHERE account_id = %s
            AND day NOT IN (SELECT covered_day FROM covered)
    )
    SELECT %s, currency, tags.tag_key, MIN(day), MAX(day), COUNT(*)
    FROM counted JOIN (SELECT DISTINCT tag_key FROM counted) tags
        ON counted.tag_key IN (tags.tag_key, '')
    WHERE NOT EXISTS (
        SELECT 1 FROM covered, newest WHERE covered_day > counted.day
            AND covered_day < newest_day
    ) GROUP BY currency, tags.tag_key
"""
ADD_RECENT = f"""
    INSERT INTO costs_recentcost
        (account_id, until, sub_account_id, service, currency, billed, billed_before)
    SELECT account_id, %s, sub_account_id, service, currency,
        SUM(CASE WHEN day >= %s THEN billed ELSE 0 END),
        SUM(CASE WHEN day < %s THEN billed ELSE 0 END)
    FROM costs_dailycost
    WHERE account_id = %s AND day >= %s AND day < %s AND currency = %s
        AND day NOT IN (SELECT covered_day FROM ({COVERED.format("%s", "")}) covered)
    GROUP BY account_id, sub_account_id, service, currency
"""


def refresh_account(cursor: CursorWrapper, account: int, window: Window | None) -> None:
    """Store how far the bill reaches, and sum its newest days by service."""
    spans = BillSpan.objects.filter(account=account)
    spans.delete()
    cursor.execute(ADD_SPANS, [account, account])
    refresh_tag_spans(cursor, account)
    newest = dict(spans.values_list("currency", "last_day"))
    held = RecentCost.objects.filter(account=account)
    held.exclude(currency__in=newest).delete()
    for currency, day in newest.items():
        recent = Window(day - ONE_DAY * (RECENT_DAYS - 1), day + ONE_DAY)
        before = recent.previous()
        if window is None or window.end > before.start:
            held.filter(currency=currency).delete()
            ends = before.start, recent.end
            parameters = (recent.end, recent.start, recent.start, account, *ends)
            cursor.execute(ADD_RECENT, (*parameters, currency, account))


def refresh_tag_spans(cursor: CursorWrapper, account: int) -> None:
    """Store how far the bill is read by each tag key."""
    TagSpan.objects.filter(account=account).delete()
    cursor.execute(ADD_TAG_SPANS, [account] * 4)
