"""The WSGI application: gunicorn cloudintel.wsgi."""

import gc
import os
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.template.loader import get_template
from django.urls import get_resolver
from redis import exceptions  # noqa: F401 - who sends a task expects them

from cloudintel.celery import app as celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudintel.settings")

django_application = get_wsgi_application()


def application(environ: Any, start_response: Any) -> Any:
    """Serve addresses with and without the prefix of SCRIPT_NAME: proxies differ."""
    path = environ["PATH_INFO"]
    if f"{path}/".startswith(f"{settings.SCRIPT_NAME}/"):
        environ["PATH_INFO"] = path.removeprefix(settings.SCRIPT_NAME)
    return django_application(environ, start_response)


# Load now what a first request would wait for: every page, and what sends a task.
for path in (settings.BASE_DIR / "templates").rglob("*.html"):
    get_template(str(path.relative_to(settings.BASE_DIR / "templates")))
_ = get_resolver().url_patterns, celery.amqp, celery.backend, celery.events
celery.connection_for_write().get_transport_cls()
# And exclude it from garbage collection, for which a request would wait 0.1 s now and
# then, and which would copy what workers share.
gc.collect()
gc.freeze()
