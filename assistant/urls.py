from django.urls import path

from assistant.mcp import McpView
from assistant.views import AssistantView, RateAnswerView, ReportsView

urlpatterns = [
    path("assistant/", AssistantView.as_view(), name="assistant"),
    path("assistant/<int:pk>/rate/", RateAnswerView.as_view(), name="rate-answer"),
    path("assistant/reports/", ReportsView.as_view(), name="reports"),
    path("assistant/reports/<slug:agent>/", ReportsView.as_view(), name="report"),
    path("mcp", McpView.as_view(), name="mcp"),
]
