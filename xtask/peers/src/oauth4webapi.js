// OAuth step by step, the rest is the page's to write; the tokens are the page's
import * as oauth from 'oauth4webapi';

export async function connect(issuer, client, redirect_uri, kept) {
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer));
  if (kept) {
    const parameters = oauth.validateAuthResponse(server, client, new URL(location.href), kept.state);
    const answer = await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), parameters, redirect_uri, kept.verifier);
    return oauth.processAuthorizationCodeResponse(server, client, answer);
  }
  const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
  const challenge = await oauth.calculatePKCECodeChallenge(verifier);
  return { verifier, state, challenge, endpoint: server.authorization_endpoint };
}
