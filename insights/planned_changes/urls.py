from django.urls import path

from insights.planned_changes import views

urlpatterns = [
    path("", views.PlannedChangeListView.as_view(), name="planned-changes"),
    path("add/", views.AddPlannedChangeView.as_view(), name="add-planned-change"),
    path(
        "<int:pk>/delete/",
        views.DeletePlannedChangeView.as_view(),
        name="delete-planned-change",
    ),
]
