"""What management commands share."""

from django.core.management.base import CommandError
from django.template.defaultfilters import pluralize

# Exit statuses beside 0; README lists them.
FAILED, BAD_ARGUMENTS, TAKEN = 1, 2, 3


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{pluralize(number)}"


def bad_arguments(reason: object) -> CommandError:
    return CommandError(str(reason), returncode=BAD_ARGUMENTS)
