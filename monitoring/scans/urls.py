"""The pages of scans."""

from django.urls import path

from monitoring.scans.views import FindingView, ScansView

urlpatterns = [
    path("monitoring/scans/", ScansView.as_view(), name="scans"),
    path("monitoring/scans/<int:pk>/", FindingView.as_view(), name="finding"),
]
