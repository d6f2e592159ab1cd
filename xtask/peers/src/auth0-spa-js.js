// Sign-in through Auth0; the tokens are the page's
import { createAuth0Client } from '@auth0/auth0-spa-js';

export async function connect(domain, clientId) {
  const client = await createAuth0Client({ domain, clientId });
  return location.search.includes('code=') ? client.handleRedirectCallback() : client.loginWithRedirect();
}
