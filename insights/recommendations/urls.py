from django.urls import path

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
        "<int:pk>/feedback/", views.FeedbackView.as_view(), name="rate-recommendation"
    ),
]
