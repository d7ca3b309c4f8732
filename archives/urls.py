from django.urls import path

from archives.backup.views import BackupsView, BackUpView, VerifyView
from archives.retention.views import RetentionPageView, RunRetentionPageView

urlpatterns = [
    path("backups/", BackupsView.as_view(), name="backups"),
    path("backups/make/", BackUpView.as_view(), name="make-backup"),
    path("backups/<int:pk>/verify/", VerifyView.as_view(), name="verify-backup"),
    path("retention/", RetentionPageView.as_view(), name="retention"),
    path("retention/run/", RunRetentionPageView.as_view(), name="run-retention"),
]
