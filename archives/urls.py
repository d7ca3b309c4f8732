from django.urls import path

from archives.backup.views import BackupsView
from archives.retention.views import RetentionPageView, RunRetentionPageView

urlpatterns = [
    path("backups/", BackupsView.as_view(), name="backups"),
    path("retention/", RetentionPageView.as_view(), name="retention"),
    path("retention/run/", RunRetentionPageView.as_view(), name="run-retention"),
]
