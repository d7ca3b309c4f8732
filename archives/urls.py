from django.urls import path

from archives.backup.views import BackupsView

urlpatterns = [path("backups/", BackupsView.as_view(), name="backups")]
