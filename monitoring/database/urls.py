from django.urls import path

from monitoring.database.api import database_status
from monitoring.database.views import DatabasePage

urlpatterns = [
    path("database/status", database_status),
    path("monitoring/database/", DatabasePage.as_view(), name="database-state"),
]
