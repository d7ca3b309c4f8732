from django.urls import path

from inventory.views import AnyResourceView

urlpatterns = [
    path("resources/<int:pk>/", AnyResourceView.as_view(), name="resource"),
]
