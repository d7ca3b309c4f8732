"""A bill between the cloud and the database: on disk, so that memory stays bounded."""

import csv
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from decimal import Decimal
from operator import attrgetter
from types import TracebackType
from typing import Self

from core.db.money_field import largest_amount, too_large
from core.db.storable import Fitter
from core.money import as_text
from costs.models import DailyCost
from providers.records import (
    ChargeCategory,
    CostReading,
    CostRecord,
    CostTotalRecord,
)
from syncs.runs.run_context import SyncFailed

# What is stored of each row, in this order; a DailyCost has columns of the same names.
COLUMNS = tuple(field.name for field in fields(CostRecord))
_values = attrgetter(*COLUMNS)
# A line whose values need no quotes.
_LINE = ",".join(["%s"] * (1 + len(COLUMNS))) + "\r\n"
_COMMAS = len(COLUMNS)


class StagingFile:
    """One account's rows as lines of CSV in a file that is gone when it is closed.

    A line is the account's key and COLUMNS. Totals are few, and stay in memory.
    """

    def __init__(self, account_key: int) -> None:
        self.account_key = account_key
        self.totals: list[CostTotalRecord] = []
        self.fitter = Fitter(CostRecord, DailyCost)
        self._largest = largest_amount()
        self.count = 0
        self.file = tempfile.TemporaryFile(  # noqa: SIM115 closed by __exit__
            "w+", newline="", encoding="utf-8"
        )
        self._lines = csv.writer(self.file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.file.close()

    def add(self, part: CostReading) -> None:
        """Write the rows of some whole days, their texts as they can be stored.

        Raises SyncFailed for an amount that can't be.
        """
        self._check_amounts(part)
        self.totals.extend(part.totals)
        self.count += len(part.rows)
        rows = [self.fitter.fit(row, row.day) for row in part.rows]
        lines = [(self.account_key, *_values(row)) for row in rows]
        text = "".join([_LINE % line for line in lines])
        # Twice as fast as to look at each value, and nearly always enough.
        if _is_plain(text, len(lines)):
            self.file.write(text)
        else:
            self._lines.writerows(lines)

    def _check_amounts(self, part: CostReading) -> None:
        charges: list[CostTotalRecord | CostRecord] = [*part.totals, *part.rows]
        for one in charges:
            amount = max(one.billed, one.effective, key=abs)
            if abs(amount) > self._largest:
                charge = getattr(one, "service", "the total")
                what = f"{charge} on {one.day}: {as_text(amount)} {one.currency}"
                raise SyncFailed(
                    f"{too_large(what)} Nothing of this answer was stored. Sync the "
                    "days before and after with --start and --end."
                )

    def rewind(self) -> None:
        """Put the file at its first line."""
        self.file.flush()
        self.file.seek(0)

    def rows(self) -> Iterator[CostRecord]:
        """Every row as it was added."""
        self.rewind()
        for _, *line in csv.reader(self.file):
            values = dict(zip(COLUMNS, line, strict=True))
            yield CostRecord(
                day=date.fromisoformat(values["day"]),
                sub_account_id=values["sub_account_id"],
                service=values["service"],
                region=values["region"],
                charge_category=ChargeCategory(values["charge_category"]),
                currency=values["currency"],
                billed=Decimal(values["billed"]),
                effective=Decimal(values["effective"]),
                is_estimated=values["is_estimated"] == "True",
                resource_group=values["resource_group"],
            )


def _is_plain(text: str, lines: int) -> bool:
    """Whether no value of these lines needs quotes: each comma parts two of them."""
    return (
        text.count(",") == lines * _COMMAS
        and text.count("\r") == text.count("\n") == lines
        and '"' not in text
    )
