from django.urls import include, path

from costs.views import CostsJson, CostsTable, RestatementsTable

urlpatterns = [
    path("costs/table.csv", CostsTable.as_view(), name="costs-table"),
    path("costs/all.json", CostsJson.as_view(), name="costs-json"),
    path(
        "costs/restatements.csv", RestatementsTable.as_view(), name="costs-restatements"
    ),
    path("teams/", include("costs.allocation.urls")),
]
