// OpenID Connect for pages, any provider; the tokens are the page's
import { UserManager } from 'oidc-client-ts';

export function connect(authority, client_id, redirect_uri) {
  const manager = new UserManager({ authority, client_id, redirect_uri, scope: 'openid Mail.Read' });
  return location.search.includes('code=') ? manager.signinRedirectCallback() : manager.signinRedirect();
}
