from django.urls import path

from insights.anomalies.views import AnomalyListView, AnomalyView, ChangeAnomalyView
from insights.feedback.views import FeedbackView

urlpatterns = [
    path("", AnomalyListView.as_view(), name="anomalies"),
    path("<int:pk>/", AnomalyView.as_view(), name="anomaly"),
    path("<int:pk>/status/", ChangeAnomalyView.as_view(), name="anomaly-status"),
    path(
        "<int:pk>/feedback/",
        FeedbackView.as_view(page=AnomalyView),
        name="rate-anomaly",
    ),
]
