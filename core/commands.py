"""What management commands share."""

from django.core.management.base import CommandError

# Exit statuses beside 0; README lists them.
FAILED, BAD_ARGUMENTS, TAKEN = 1, 2, 3


def bad_arguments(reason: object) -> CommandError:
    return CommandError(str(reason), returncode=BAD_ARGUMENTS)
