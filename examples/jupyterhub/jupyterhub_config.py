# JupyterHub whose people sign in with Lanyard. Tried with Debian 12's JupyterHub 3.0 and oauthenticator 17.
#
# Lanyard's side:   lanyard client create --for jupyterhub
# The Hub's side:   OAUTH_CLIENT_SECRET and JUPYTERHUB_CRYPT_KEY (openssl rand -hex 32) in the Hub's environment.

c = get_config()  # noqa: F821

c.JupyterHub.bind_url = "https://hub.example.org"
c.JupyterHub.authenticator_class = "oauthenticator.generic.GenericOAuthenticator"

c.GenericOAuthenticator.login_service = "Lanyard"
c.GenericOAuthenticator.client_id = "hub"
c.GenericOAuthenticator.oauth_callback_url = "https://hub.example.org/hub/oauth_callback"
c.GenericOAuthenticator.authorize_url = "https://id.example.org/authorize"
c.GenericOAuthenticator.token_url = "https://id.example.org/token"
c.GenericOAuthenticator.userdata_url = "https://id.example.org/userinfo"
c.GenericOAuthenticator.logout_redirect_url = "https://id.example.org/logout"
c.GenericOAuthenticator.scope = ["openid", "profile", "email", "groups", "offline_access"]

# The name of the Hub's account. It never changes and is never given to somebody else.
c.GenericOAuthenticator.username_claim = "preferred_username"

# Who may come and who administers, by groups. Read anew whenever the Hub asks.
c.GenericOAuthenticator.manage_groups = True
c.GenericOAuthenticator.auth_state_groups_key = "oauth_user.groups"
c.GenericOAuthenticator.allowed_groups = {"hub-users"}
c.GenericOAuthenticator.admin_groups = {"hub-admins"}

# Tokens are kept, encrypted, and asked about every five minutes and before each start of a server: who is suspended
# is out by then.
c.GenericOAuthenticator.enable_auth_state = True
c.GenericOAuthenticator.auth_refresh_age = 300
c.GenericOAuthenticator.refresh_pre_spawn = True
