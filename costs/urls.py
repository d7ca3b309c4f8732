from django.urls import include, path

from costs.downloads import (
    CostsJson,
    CostsTable,
    CostsWorkbook,
    RestatementsTable,
)

urlpatterns = [
    path("costs/table.csv", CostsTable.as_view(), name="costs-table"),
    path("costs/table.xlsx", CostsWorkbook.as_view(), name="costs-workbook"),
    path("costs/all.json", CostsJson.as_view(), name="costs-json"),
    path(
        "costs/restatements.csv", RestatementsTable.as_view(), name="costs-restatements"
    ),
    path("coverage/", include("costs.calendar.urls")),
    path("costs/lines/", include("costs.lines.urls")),
    path("costs/changes/", include("costs.largest_changes.urls")),
    path("teams/", include("costs.allocation.urls")),
]
