"""The ASGI application, of sockets alone: uvicorn cloudintel.asgi:application.

Pages and the API are cloudintel.wsgi's.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudintel.settings")
django.setup()

from live.application import Application  # noqa: E402 - it needs the settings

application = Application()
