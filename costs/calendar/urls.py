from django.urls import path

from costs.calendar.views import (
    ChangeRereadView,
    CoverageView,
    ProposeRereadView,
    RereadView,
)

change = ChangeRereadView.as_view
urlpatterns = [
    path("", CoverageView.as_view(), name="coverage"),
    path("reread/", RereadView.as_view(), name="reread"),
    path("reread/propose/", ProposeRereadView.as_view(), name="propose-reread"),
    path("reread/start/", change(name="start"), name="start-reread"),
    path("reread/cancel/", change(name="cancel"), name="cancel-reread"),
]
