from django.urls import path

from insights.advice.views import AdviceListView

urlpatterns = [path("", AdviceListView.as_view(), name="advice")]
