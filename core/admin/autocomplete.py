"""Pickers of rows, which show no choice for a value that can be no row's key.

Django's ask the database for whatever a form was sent with, which refuses a text or a
number too large for the column.
"""

from typing import TYPE_CHECKING, Any

from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple

if TYPE_CHECKING:
    from django.contrib.admin.widgets import AutocompleteMixin
else:
    AutocompleteMixin = object

# Fewer digits than the largest key has.
LONGEST_KEY = 18


class OfKeys(AutocompleteMixin):
    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        keys = [one for one in value if one.isdecimal() and len(one) <= LONGEST_KEY]
        return super().optgroups(name, keys, attr)


class Picker(OfKeys, AutocompleteSelect):
    """A picker of one row."""


class MultiplePicker(OfKeys, AutocompleteSelectMultiple):
    """A picker of several rows."""
