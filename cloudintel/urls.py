"""Where everything answers. Each app keeps the addresses of its own pages."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from cloudintel.health import health, metrics, status
from dashboard.instances import InstanceListView, InstanceView
from dashboard.views import SummaryView
from users.views import AdminLoginRedirect, SignOut

pages: list[URLPattern | URLResolver] = [
    path("", SummaryView.as_view(), name="summary"),
    path("instances/", InstanceListView.as_view(), name="instances"),
    path("instances/<int:pk>/", InstanceView.as_view(), name="instance"),
    path("", include("costs.urls")),
    path("", include("insights.urls")),
    path("", include("metrics.urls")),
    path("", include("syncs.urls")),
    path("", include("users.urls")),
]

handler400 = "core.api.problems.bad_request"
handler403 = "core.api.problems.permission_denied"
handler404 = "core.api.problems.not_found"
handler500 = "core.api.problems.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    *pages,
    # One door to sign in by, also for the admin.
    path("admin/login/", AdminLoginRedirect.as_view()),
    path("admin/logout/", SignOut.as_view()),
    path(
        "admin/password_change/", RedirectView.as_view(pattern_name="password_change")
    ),
    path("admin/", admin.site.urls),
    path("", include("cloudintel.api_urls")),
    path("health", health),
    path("status", status),
    path("metrics", metrics),
]
