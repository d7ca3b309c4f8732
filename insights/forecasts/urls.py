from django.urls import path

from insights.feedback.views import FeedbackView
from insights.forecasts.views import ForecastListView, ForecastView

urlpatterns = [
    path("", ForecastListView.as_view(), name="forecasts"),
    path("<int:pk>/", ForecastView.as_view(), name="forecast"),
    path(
        "<int:pk>/feedback/",
        FeedbackView.as_view(page=ForecastView),
        name="rate-forecast",
    ),
]
