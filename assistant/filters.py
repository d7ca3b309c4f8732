"""Filters of questions and answers."""

import django_filters as filters

from assistant.engine.intents import INTENTS
from assistant.models import Interaction
from core.api.filters import AnyChoice, Order, YesOrNo, moment_filter


class InteractionFilter(filters.FilterSet):
    intent = AnyChoice(
        choices=[(one.name, one.name) for one in INTENTS], help_text="Only these."
    )
    source = AnyChoice(choices=Interaction.Source.choices, help_text="Only these.")
    answered = YesOrNo("is_answered", help_text="false: only those that were refused.")
    rated = YesOrNo("rating", "isnull", exclude=True, help_text="Whether it is rated.")
    asked_after = moment_filter("asked_at", "gte", "Asked then or later.")
    asked_before = moment_filter("asked_at", "lt", "Asked earlier than this instant.")
    search = filters.CharFilter("question", "icontains", help_text="Part of one.")
    ordering = Order(fields=["asked_at", "confidence", "seconds"])
