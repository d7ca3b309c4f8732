from django.urls import path

from dashboard.resources import UsedResourceListView, UsedResourceView
from inventory.kinds import KINDS, Kind

# section -> its title and its kinds
SECTIONS = {
    "storage": ("Storage", [Kind.VOLUME, Kind.SNAPSHOT, Kind.BUCKET]),
    "databases": ("Databases", [Kind.DATABASE]),
    "network": ("Network", [Kind.ADDRESS, Kind.NAT_GATEWAY, Kind.LOAD_BALANCER]),
}

urlpatterns = [
    *(
        path(
            f"{name}/",
            UsedResourceListView.as_view(title=title, kinds=kinds),
            name=name,
        )
        for name, (title, kinds) in SECTIONS.items()
    ),
    *(
        path(
            f"resources/{kind}/<int:pk>/",
            UsedResourceView.as_view(model=KINDS[kind].model, section=name),
            name=kind,
        )
        for name, (_, kinds) in SECTIONS.items()
        for kind in kinds
    ),
]
