#!/usr/bin/env python
"""Every command starts here: manage.py COMMAND."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudintel.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Settings: {error}")
    except (OperationalError, ProgrammingError) as error:
        sys.exit(
            f"The database can't be used: {str(error).strip()}. Check DATABASE_URL, "
            "that the server runs, and that `manage.py migrate` has been run."
        )
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
