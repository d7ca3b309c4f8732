"""Filters of the page of people."""

from typing import Any

import django_filters as filters
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from users.roles import Role

STATES = {
    "active": Q(is_active=True) & ~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX),
    "invited": Q(is_active=True, password__startswith=UNUSABLE_PASSWORD_PREFIX),
    "disabled": Q(is_active=False),
}


class PersonFilter(filters.FilterSet):
    search = filters.CharFilter(method="searched")
    role = filters.ChoiceFilter(
        field_name="groups__name",
        choices=[(role.value, role.label) for role in Role],
        distinct=True,
    )
    state = filters.ChoiceFilter(
        method="in_state", choices=[(one, one.capitalize()) for one in STATES]
    )

    def searched(self, users: QuerySet[User], name: str, text: str) -> Any:
        return users.filter(Q(username__icontains=text) | Q(email__icontains=text))

    def in_state(self, users: QuerySet[User], name: str, state: str) -> Any:
        return users.filter(STATES[state])
