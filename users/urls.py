from django.urls import path

from users.activity.views import ActivityView
from users.people.views import (
    InvitationView,
    InviteView,
    PeopleView,
    PersonView,
    SetActiveView,
    SignInLinkView,
)
from users.views import ChangePassword, RevokeToken, SignIn, SignOut, TokensView

urlpatterns = [
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", SignOut.as_view(), name="logout"),
    path("password/", ChangePassword.as_view(), name="password_change"),
    path("invitation/<uidb64>/<token>/", InvitationView.as_view(), name="invitation"),
    path("tokens/", TokensView.as_view(), name="tokens"),
    path("tokens/revoke/", RevokeToken.as_view(), name="revoke-token"),
    path("people/", PeopleView.as_view(), name="people"),
    path("people/invite/", InviteView.as_view(), name="invite"),
    path("people/<int:pk>/", PersonView.as_view(), name="person"),
    path("people/<int:pk>/link/", SignInLinkView.as_view(), name="sign-in-link"),
    path(
        "people/<int:pk>/disable/",
        SetActiveView.as_view(is_active=False),
        name="disable-person",
    ),
    path(
        "people/<int:pk>/enable/",
        SetActiveView.as_view(is_active=True),
        name="enable-person",
    ),
    path("activity/", ActivityView.as_view(), name="activity"),
]
