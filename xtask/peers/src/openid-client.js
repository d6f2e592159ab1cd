// OpenID Connect by functions, any provider; the tokens are the page's
import { authorizationCodeGrant, buildAuthorizationUrl, calculatePKCECodeChallenge, discovery, randomPKCECodeVerifier, randomState } from 'openid-client';

export async function connect(issuer, clientId, redirect_uri, kept) {
  const found = await discovery(issuer, clientId);
  if (kept) return authorizationCodeGrant(found, new URL(location.href), { pkceCodeVerifier: kept.verifier, expectedState: kept.state });
  const [verifier, state] = [randomPKCECodeVerifier(), randomState()];
  const code_challenge = await calculatePKCECodeChallenge(verifier);
  const url = buildAuthorizationUrl(found, { redirect_uri, scope: 'openid Mail.Read', code_challenge, code_challenge_method: 'S256', state });
  return { url, verifier, state };
}
