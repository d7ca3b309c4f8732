"""How gunicorn serves cloudintel; it reads this file in the folder where it starts."""

import os
from typing import Any

workers = 2
threads = 4
worker_class = "cloudintel.web_worker.BufferedRequestWorker"
# It would be created in the home directory.
control_socket_disable = True


def when_ready(server: Any) -> None:
    """Import all, once: workers are forks of this process, and share its memory.

    With `preload_app` it would listen only afterwards, and refuse who comes sooner.
    """
    server.app.wsgi()


def post_worker_init(worker: object) -> None:
    """Count its requests and queries, record its host, and leave SCRIPT_NAME to the
    settings.

    These have read it; gunicorn would refuse requests without it: a load balancer's, or
    those of a proxy that removes it.
    """
    from django.conf import settings

    from monitoring.database.counting import start_counting
    from monitoring.prometheus.count_files import count_in, settled_counts
    from monitoring.watch import watch_host

    with settled_counts(settings.COUNTS_DIR):
        pass  # files that earlier servers left
    count_in(settings.COUNTS_DIR)
    start_counting()
    watch_host()
    os.environ.pop("SCRIPT_NAME", None)
