"""How the REST framework answers here, whatever the environment says."""

FRAMEWORK = {
    # Tokens first: an unauthenticated request then gets 401 and how to authenticate.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "users.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "core.api.permissions.MayView",
    ],
    "DEFAULT_FILTER_BACKENDS": ["core.api.parameters.StrictFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "core.api.pagination.Pages",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.api.negotiation.FormatFirst",
    "DEFAULT_RENDERER_CLASSES": [
        "core.api.json.JSONRenderer",
        "rest_framework.renderers.BrowsableAPIRenderer",
    ],
    "DEFAULT_PARSER_CLASSES": [
        "core.api.json.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "core.api.openapi.Schema",
    "EXCEPTION_HANDLER": "core.api.problems.render_problem",
    "DEFAULT_THROTTLE_CLASSES": ["core.api.throttling.Throttle"],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
