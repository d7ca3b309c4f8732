from django.urls import path

from insights.recommendations.views import (
    ChangeRecommendationView,
    FeedbackView,
    RecommendationListView,
    RecommendationView,
)

urlpatterns = [
    path("", RecommendationListView.as_view(), name="recommendations"),
    path("<int:pk>/", RecommendationView.as_view(), name="recommendation"),
    path(
        "<int:pk>/status/",
        ChangeRecommendationView.as_view(),
        name="recommendation-status",
    ),
    path("<int:pk>/feedback/", FeedbackView.as_view(), name="rate-recommendation"),
]
