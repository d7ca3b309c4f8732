"""Where everything answers. Each app keeps the addresses of its own pages."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, include, path

from cloudintel.monitoring import health, metrics, status
from cloudintel.views import InstanceView, SummaryView

sign_in = LoginView.as_view(
    template_name="login.html", redirect_authenticated_user=True
)

pages: list[URLPattern | URLResolver] = [
    path("", SummaryView.as_view(), name="summary"),
    path("instances/<int:pk>/", InstanceView.as_view(), name="instance"),
    path("", include("costs.urls")),
    path("", include("inventory.urls")),
    path("", include("metrics.urls")),
    path("", include("syncs.urls")),
    path("login/", sign_in, name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *pages,
    path("admin/", admin.site.urls),
    path("", include("cloudintel.api")),
    path("health", health),
    path("status", status),
    path("metrics", metrics),
]
