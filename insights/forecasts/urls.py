from django.urls import path

from insights.forecasts.views import ForecastListView, ForecastView

urlpatterns = [
    path("", ForecastListView.as_view(), name="forecasts"),
    path("<int:pk>/", ForecastView.as_view(), name="forecast"),
]
