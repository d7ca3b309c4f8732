"""The pages of each subject of this room."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("monitoring.database.urls")),
    path("", include("monitoring.health.urls")),
    path("monitoring/system/", include("monitoring.metrics.urls")),
    path("", include("monitoring.scans.urls")),
]
