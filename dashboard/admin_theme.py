"""How the admin looks: the name, the sidebar and the colors of the pages."""

UNFOLD = {
    "SITE_TITLE": "cloudintel",
    "SITE_HEADER": "cloudintel",
    "SITE_URL": "dashboard.admin_navigation.site_url",
    "SITE_ICON": "dashboard.admin_navigation.icon",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": "dashboard.admin_navigation.icon",
        }
    ],
    "STYLES": ["dashboard.admin_navigation.style"],
    "DASHBOARD_CALLBACK": "dashboard.admin_index.index_context",
    "TABS": "dashboard.admin_navigation.tabs",
    "SIDEBAR": {
        "show_search": True,
        "navigation": "dashboard.admin_navigation.navigation",
    },
    "COLORS": {
        "primary": {
            "50": "#f3f5fe",
            "100": "#e8ecfd",
            "200": "#ccd5fa",
            "300": "#a9b8f8",
            "400": "#8ea2fb",
            "500": "#6079f0",
            "600": "#3451d1",
            "700": "#2b46bd",
            "800": "#243a9c",
            "900": "#1f327f",
            "950": "#141f52",
        }
    },
}
