// Microsoft's own library; the tokens are the page's
import { createStandardPublicClientApplication } from '@azure/msal-browser';

export async function connect(clientId) {
  const app = await createStandardPublicClientApplication({ auth: { clientId } });
  const answer = await app.handleRedirectPromise();
  return answer ?? app.loginRedirect({ scopes: ['User.Read', 'Mail.Read'] });
}
