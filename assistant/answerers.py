"""Answers a question that is understood: which function answers which intent."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from assistant.answer import Answer, DataStatus, Question
from assistant.bill_answers import answer_cost, answer_top, answer_trend, answer_why
from assistant.data_answers import answer_carbon, answer_count, answer_freshness
from assistant.endpoints import EndpointRefused
from assistant.engine.parser import ParsedQuestion, Unanswered
from assistant.engine.wording import understood
from assistant.insight_answers import (
    answer_anomaly,
    answer_budget,
    answer_forecast,
    answer_idle,
    answer_savings,
)
from assistant.operation_answers import (
    answer_action,
    answer_backup,
    answer_health,
    answer_lines,
)
from clouds.access import AnyUser

ANSWERERS: Mapping[str, Callable[[Question], Answer]] = {
    "freshness": answer_freshness,
    "budget": answer_budget,
    "forecast": answer_forecast,
    "anomaly": answer_anomaly,
    "savings": answer_savings,
    "idle": answer_idle,
    "carbon": answer_carbon,
    "why": answer_why,
    "trend": answer_trend,
    "top": answer_top,
    "count": answer_count,
    "cost": answer_cost,
    "lines": answer_lines,
    "action": answer_action,
    "backup": answer_backup,
    "health": answer_health,
}


def answer(
    asked: ParsedQuestion,
    user: AnyUser,
    now: datetime,
    labels: Mapping[str, str],
    status: DataStatus,
) -> dict[str, Any] | Unanswered:
    """Return the answer as plain values, or why an endpoint refuses it."""
    try:
        found = ANSWERERS[asked.intent](Question(asked.slots, user, now))
    except EndpointRefused as error:
        return Unanswered(str(error), understood_share=1.0)
    return {
        "intent": asked.intent,
        "slots": dict(asked.slots),
        "understood": understood(asked, labels),
        **found.as_json(),
        "data_status": status.of(asked.intent),
    }
