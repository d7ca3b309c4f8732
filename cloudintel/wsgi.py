"""The WSGI application: gunicorn cloudintel.wsgi."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from cloudintel.prometheus_files import count_in, settled_counts

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudintel.settings")

application = get_wsgi_application()
# Import every page now and exclude it from garbage collection, for which a request
# would otherwise wait 0.1 s now and then.
_ = get_resolver().url_patterns
with settled_counts(settings.COUNTS_DIR):
    pass  # files that earlier servers left
count_in(settings.COUNTS_DIR)
gc.collect()
gc.freeze()
