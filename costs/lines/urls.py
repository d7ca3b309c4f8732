from django.urls import path

from costs.lines.views import CommitmentsView, LineChangesView, LinesView

urlpatterns = [
    path("", LinesView.as_view(), name="lines"),
    path("changes/", LineChangesView.as_view(), name="line-changes"),
    path("commitments/", CommitmentsView.as_view(), name="commitments"),
]
