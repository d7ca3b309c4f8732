from django.urls import path

from dashboard.demo.views import DemoControlView, DemoView
from dashboard.digests.views import DigestsView, RemoveDigestView
from dashboard.places import SECTIONS
from dashboard.resource_page import ResourceView
from dashboard.resources import ResourcesView
from dashboard.saved_views import ChangeViewView, DeleteViewView, SavedViewsView
from dashboard.untagged import UntaggedView
from dashboard.views import SearchView
from dashboard.wall.views import WallLinkView, WallView
from inventory.kinds import Kind

urlpatterns = [
    path("search/", SearchView.as_view(), name="search"),
    path("resources/", ResourcesView.as_view(), name="resources"),
    path("resources/untagged/", UntaggedView.as_view(), name="untagged"),
    path("costs/views/", SavedViewsView.as_view(), name="saved-views"),
    path("costs/views/<int:pk>/", ChangeViewView.as_view(), name="change-view"),
    path("costs/views/<int:pk>/delete/", DeleteViewView.as_view(), name="delete-view"),
    path("demo/", DemoView.as_view(), name="demo"),
    path("demo/<slug:what>/", DemoControlView.as_view(), name="control-demo"),
    path("wall/", WallView.as_view(), name="wall"),
    path("wall/<slug:text>/", WallLinkView.as_view(), name="wall-link"),
    path("digests/", DigestsView.as_view(), name="digests"),
    path("digests/<int:pk>/remove/", RemoveDigestView.as_view(), name="remove-digest"),
    *(
        path(
            f"{name}/",
            ResourcesView.as_view(title=title, kinds=kinds),
            name=name,
        )
        for name, (title, kinds) in SECTIONS.items()
    ),
    path(
        "instances/<int:pk>/",
        ResourceView.as_view(kind=Kind.INSTANCE),
        name=Kind.INSTANCE,
    ),
    *(
        path(f"resources/{kind}/<int:pk>/", ResourceView.as_view(kind=kind), name=kind)
        for _, kinds in SECTIONS.values()
        for kind in kinds
    ),
]
