from django.urls import include, path

from costs.views import CostsJson, CostsTable

urlpatterns = [
    path("costs/table.csv", CostsTable.as_view(), name="costs-table"),
    path("costs/all.json", CostsJson.as_view(), name="costs-json"),
    path("coverage/", include("costs.calendar.urls")),
    path("teams/", include("costs.allocation.urls")),
]
