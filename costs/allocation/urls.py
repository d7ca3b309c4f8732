from django.urls import path

from costs.allocation.views import TeamsFile, TeamsView, UncoveredFile

urlpatterns = [
    path("", TeamsView.as_view(), name="teams"),
    path("table.csv", TeamsFile.as_view(), name="teams-table"),
    path("table.xlsx", TeamsFile.as_view(), name="teams-workbook"),
    path("not-allocated.csv", UncoveredFile.as_view(), name="teams-uncovered"),
]
