#!/usr/bin/env python
"""Every command starts here: manage.py COMMAND."""

import errno
import os
import sys

NOT_WRITABLE = (errno.EACCES, errno.EDQUOT, errno.ENOSPC, errno.EPERM, errno.EROFS)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudintel.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError, DataError, IntegrityError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Settings: {error}")
    except (DataError, IntegrityError):
        raise
    except DatabaseError as error:
        sys.exit(
            f"The database can't be used: {str(error).strip()}. Check DATABASE_URL, "
            "that the server runs or the file is whole, that the disk has room, and "
            "that `manage.py migrate` has been run."
        )
    except OSError as error:
        if error.errno not in NOT_WRITABLE:
            raise
        sys.exit(f"{error.filename or 'A file'} can't be written: {error.strerror}.")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
