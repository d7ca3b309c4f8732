"""The WSGI application: gunicorn cloudintel.wsgi."""

import gc
import os
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudintel.settings")

django_application = get_wsgi_application()


def application(environ: Any, start_response: Any) -> Any:
    """Serve addresses with and without the prefix of SCRIPT_NAME: proxies differ."""
    path = environ["PATH_INFO"]
    if f"{path}/".startswith(f"{settings.SCRIPT_NAME}/"):
        environ["PATH_INFO"] = path.removeprefix(settings.SCRIPT_NAME)
    return django_application(environ, start_response)


# Import every page now and exclude it from garbage collection, for which a request
# would otherwise wait 0.1 s now and then, and which would copy what workers share.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
