"""Refusals: what was asked for is not done, and a sentence says why."""


class Refusal(Exception):
    """What was asked for is not done; the sentence says why, and what to do.

    The API answers 400 with the `field` that is wrong, where there is one; else 409, as
    the state does not allow it, or 503 where something `is_away`.
    """

    field = ""
    is_away = False

    def by_field(self) -> dict[str, list[str]]:
        return {self.field: [str(self)]} if self.field else {}
