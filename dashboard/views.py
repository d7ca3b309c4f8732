"""The page of the search, for browsers and people that go without its dialog."""

from typing import Any, cast

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.views.generic import TemplateView

from core.api.permissions import RoleRequiredMixin
from dashboard.search import search


class SearchForm(forms.Form):
    q = forms.CharField(label="Search", max_length=200, required=False)


class SearchView(RoleRequiredMixin, TemplateView):
    template_name = "dashboard/search.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = SearchForm(self.request.GET)
        text = form.cleaned_data["q"] if form.is_valid() else ""
        user = cast("User", self.request.user)
        hits = search(text, user, timezone.now())
        return super().get_context_data(form=form, text=text, hits=hits, **kwargs)
