// openid-client with every check that it has.

import assert from "node:assert/strict";
import { X509Certificate, createPrivateKey } from "node:crypto";
import { beforeEach, test } from "node:test";

import * as client from "openid-client";

import { config } from "../recipes/openid-client.js";
import { ORIGIN, exchanges, forget, person, registration, set, tokenRequests } from "../src/emulator.js";
import { Visitor } from "../src/visitor.js";

const DEMO = "http://localhost:8400/outlook-callback";
const SCOPE = "openid profile email offline_access User.Read";

client.enableNonRepudiationChecks(config);
beforeEach(forget);

test("what the emulator says of itself is what its issuer is called", () => {
  const metadata = config.serverMetadata();
  assert.equal(metadata.issuer, `${ORIGIN}/${person("Ada").tenant}/v2.0`);
  // As at Microsoft: PKCE is there, but not announced.
  assert.ok(!metadata.supportsPKCE());
});

test("state, nonce, verifier, signature and subject: all of it is checked, and holds", async () => {
  const tokens = await signIn(config, DEMO);
  const claims = tokens.claims();
  assert.deepEqual([claims.name, claims.preferred_username, claims.tid], ["Ada Lovelace", person("Ada").address, person("Ada").tenant]);
  const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  assert.equal(info.name, "Ada Lovelace");
  const [{ form }] = await tokenRequests();
  assert.ok(form.code_verifier && form.client_secret);
});

test("the answer may come as a form", async () => {
  assert.ok((await signIn(config, DEMO, { parameters: { response_mode: "form_post" } })).access_token);
});

test("refreshing gives new tokens for the same person", async () => {
  const first = await signIn(config, DEMO);
  const second = await client.refreshTokenGrant(config, first.refresh_token, { scope: SCOPE });
  assert.notEqual(second.access_token, first.access_token);
  assert.equal(second.claims().sub, first.claims().sub);
});

test("a secret goes into the header as well as into the form", async () => {
  const { client_id: id, secrets } = registration("0001");
  const basic = await discovered(id, client.ClientSecretBasic(secrets[0].value));
  assert.ok((await signIn(basic, DEMO)).access_token);
  assert.ok((await tokenRequests()).every(({ form }) => !form.client_secret));
});

test("a certificate does instead of a secret, named in the header as Microsoft wants it", async () => {
  const { client_id: id, certificates } = registration("0007");
  const [{ certificate, private_key: pem }] = certificates;
  const key = await crypto.subtle.importKey("pkcs8", createPrivateKey(pem).export({ type: "pkcs8", format: "der" }), { name: "RSA-PSS", hash: "SHA-256" }, false, ["sign"]);
  const named = Buffer.from(new X509Certificate(certificate).fingerprint256.replaceAll(":", ""), "hex").toString("base64url");
  const proof = client.PrivateKeyJwt(key, { [client.modifyAssertion]: (header) => (header["x5t#S256"] = named) });
  const ledger = await discovered(id, proof);
  assert.ok((await signIn(ledger, "http://localhost:8400/ledger-callback")).access_token);
  const { access_token: token, scope } = await client.clientCredentialsGrant(ledger, { scope: "https://graph.microsoft.com/.default" });
  assert.ok(token && scope === undefined);
});

test("an installed program polls until its code was typed elsewhere", async () => {
  const program = await discovered(registration("0005").client_id, client.None());
  const code = await client.initiateDeviceAuthorization(program, { scope: SCOPE });
  await new Visitor().endsAt(`${code.verification_uri}?otc=${code.user_code}`);
  // The library waits before it asks; the emulator does not mind being asked at once.
  const tokens = await client.pollDeviceAuthorizationGrant(program, { ...code, interval: 0.01 });
  assert.equal(tokens.claims().name, "Ada Lovelace");
});

test("a visitor who declines is an answer, not an accident", async () => {
  const refused = await rejects(signIn(config, DEMO, { as: "Alan", press: "decline" }));
  assert.ok(refused instanceof client.AuthorizationResponseError, String(refused));
  assert.equal(refused.error, "access_denied");
});

test("a wrong verifier, somebody else's state and a wrong nonce are found out", async () => {
  const wrong = "w".repeat(43);
  const cases = [
    [{ pkceCodeVerifier: wrong }, (error) => error.error === "invalid_grant" && /AADSTS501481/.test(error.error_description)],
    [{ expectedState: "another" }, (error) => error instanceof client.ClientError],
    [{ expectedNonce: "another" }, (error) => error instanceof client.ClientError],
  ];
  for (const [checks, expected] of cases) {
    const refused = await rejects(signIn(config, DEMO, { checks }));
    assert.ok(expected(refused), `${Object.keys(checks)}: ${refused}`);
  }
});

test("revoked sessions are an invalid grant with Microsoft's number", async () => {
  const { refresh_token: token } = await signIn(config, DEMO);
  await set("sessions_revoked", { person: person("Ada").id });
  const refused = await rejects(client.refreshTokenGrant(config, token));
  assert.ok(refused instanceof client.ResponseBodyError && refused.error === "invalid_grant", String(refused));
  assert.match(refused.error_description, /^AADSTS50173: /);
});

test("signing out ends at the app", async () => {
  const visitor = new Visitor();
  await signIn(config, DEMO, { visitor });
  const away = client.buildEndSessionUrl(config, { post_logout_redirect_uri: DEMO, state: "bye" });
  assert.equal(String(await visitor.comesBack(away)), `${DEMO}?state=bye`);
  assert.ok((await exchanges()).some(({ path }) => path.endsWith("/oauth2/v2.0/logout")));
});

/** A client of Contoso's tenant, every check switched on. */
async function discovered(clientId, authentication) {
  const found = await client.discovery(new URL(config.serverMetadata().issuer), clientId, undefined, authentication);
  client.enableNonRepudiationChecks(found);
  return found;
}

/** The whole way, to the tokens. `checks` replaces what is expected. */
async function signIn(config, redirect_uri, { parameters, checks, visitor = new Visitor(), ...way } = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri,
    scope: SCOPE,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: expectedState,
    nonce: expectedNonce,
    ...parameters,
  });
  const answer = await visitor.comesBack(address, way);
  return client.authorizationCodeGrant(config, answer, { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true, ...checks });
}

const rejects = (promise) => promise.then(() => assert.fail("it succeeded"), (error) => error);
