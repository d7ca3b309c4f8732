from django.urls import path

from costs.largest_changes.views import ChangesFile, ChangesView

urlpatterns = [
    path("", ChangesView.as_view(), name="cost-changes"),
    path("table.csv", ChangesFile.as_view(), name="cost-changes-table"),
    path("table.xlsx", ChangesFile.as_view(), name="cost-changes-workbook"),
]
