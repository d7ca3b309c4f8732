from django.urls import path

from users.views import ChangePassword, RevokeToken, SignIn, SignOut, TokensView

urlpatterns = [
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", SignOut.as_view(), name="logout"),
    path("password/", ChangePassword.as_view(), name="password_change"),
    path("tokens/", TokensView.as_view(), name="tokens"),
    path("tokens/revoke/", RevokeToken.as_view(), name="revoke-token"),
]
