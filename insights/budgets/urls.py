from django.urls import path

from insights.budgets import views

urlpatterns = [
    path("", views.BudgetListView.as_view(), name="budgets"),
    path("add/", views.AddBudgetView.as_view(), name="add-budget"),
    path("<int:pk>/", views.BudgetView.as_view(), name="budget"),
    path("<int:pk>/change/", views.ChangeBudgetView.as_view(), name="change-budget"),
    path("<int:pk>/delete/", views.DeleteBudgetView.as_view(), name="delete-budget"),
]
