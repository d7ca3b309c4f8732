from django.urls import path

from insights.feedback.views import FeedbackView
from insights.recommendations import views

urlpatterns = [
    path("", views.RecommendationListView.as_view(), name="recommendations"),
    path("<int:pk>/", views.RecommendationView.as_view(), name="recommendation"),
    path(
        "<int:pk>/status/",
        views.ChangeRecommendationView.as_view(),
        name="recommendation-status",
    ),
    path(
        "<int:pk>/feedback/",
        FeedbackView.as_view(page=views.RecommendationView),
        name="rate-recommendation",
    ),
]
