"""The door for a WSGI server: gunicorn cloudintel.wsgi."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from cloudintel.prometheus_files import settled_counts

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudintel.settings")

application = get_wsgi_application()
# Every page is imported now, and stays. Were all of that looked through for garbage
# with what requests leave, one of them would wait 0.1 s for it now and then.
_ = get_resolver().url_patterns
with settled_counts(settings.COUNTS_DIR):
    pass  # what a server before this one has left
gc.collect()
gc.freeze()
