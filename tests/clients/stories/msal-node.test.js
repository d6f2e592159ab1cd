// @azure/msal-node as its users write it.

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { beforeEach, mock, test } from "node:test";

import { ConfidentialClientApplication, CryptoProvider, InteractionRequiredAuthError, PublicClientApplication } from "@azure/msal-node";

import { app } from "../recipes/msal-node.js";
import { ORIGIN, calm, forget, header, person, registration, set, tokenRequests } from "../src/emulator.js";
import { Visitor } from "../src/visitor.js";

const SCOPES = ["User.Read", "Mail.Read"];
const DEMO = "http://localhost:8400/outlook-callback";

beforeEach(forget);

test("a web app signs its visitor in by code, PKCE and secret, and reads their mail", async () => {
  const { account, accessToken, idTokenClaims, scopes } = await signIn(app, DEMO, new Visitor(), { nonce: "of-this-sign-in" });
  const ada = person("Ada");
  assert.deepEqual([account.username, account.name, account.localAccountId, account.tenantId], [ada.address, ada.name, ada.id, ada.tenant]);
  assert.equal(account.homeAccountId, `${ada.id}.${ada.tenant}`);
  assert.equal(idTokenClaims.nonce, "of-this-sign-in");
  assert.ok(SCOPES.every((scope) => scopes.includes(scope)), scopes.join(" "));
  assert.equal((await graph(accessToken, "/v1.0/me")).mail, ada.address);
  const [{ form, request_headers: headers }] = await tokenRequests();
  assert.ok(form.code_verifier.length >= 43 && form.client_secret);
  assert.equal(header(headers, "origin"), undefined);
});

test("it stays signed in silently: from its cache, and by refresh token when it must", async () => {
  const { account, accessToken } = await signIn(app, DEMO, new Visitor());
  await forget();
  const cached = await app.acquireTokenSilent({ account, scopes: SCOPES });
  assert.ok(cached.fromCache && cached.accessToken === accessToken);
  assert.deepEqual(await tokenRequests(), []);
  const fresh = await app.acquireTokenSilent({ account, scopes: SCOPES, forceRefresh: true });
  assert.notEqual(fresh.accessToken, accessToken);
  assert.deepEqual((await tokenRequests()).map(({ form }) => form.grant_type), ["refresh_token"]);
  assert.ok((await graph(fresh.accessToken, "/v1.0/me/messages?$top=3")).value.length === 3);
});

test("it is told when its visitor must act, and goes on with the claims it was given", async () => {
  const visitor = new Visitor();
  const { account } = await signIn(app, DEMO, visitor);
  await set("mfa_required", { person: person("Ada").id });
  const refused = await rejects(app.acquireTokenSilent({ account, scopes: SCOPES, forceRefresh: true }));
  assert.ok(refused instanceof InteractionRequiredAuthError, String(refused));
  assert.match(refused.errorMessage, /AADSTS50076/);
  const stronger = await signIn(app, DEMO, visitor, { claims: refused.claims, loginHint: account.username });
  const silent = await app.acquireTokenSilent({ account: stronger.account, scopes: SCOPES, forceRefresh: true });
  assert.ok(silent.accessToken);
});

test("revoked sessions end the silence, whatever is in its cache", async () => {
  const { account } = await signIn(app, DEMO, new Visitor());
  await set("sessions_revoked", { person: person("Ada").id });
  const refused = await rejects(app.acquireTokenSilent({ account, scopes: SCOPES, forceRefresh: true }));
  assert.ok(refused instanceof InteractionRequiredAuthError && refused.subError === "bad_token", String(refused));
});

test("a visitor who declines is an error with Microsoft's words", async () => {
  const { url } = await start(app, DEMO, {}, { as: "Alan" });
  const { searchParams: answer } = await new Visitor().comesBack(url, { as: "Alan", press: "decline" });
  assert.equal(answer.get("error"), "access_denied");
  assert.match(answer.get("error_description"), /^AADSTS65004: /);
});

test("a wrong secret is the app's trouble, not the visitor's", async () => {
  const refused = await rejects(signIn(confidential(registration("0001"), { clientSecret: "not-this-one" }), DEMO, new Visitor()));
  assert.equal(refused.errorCode, "invalid_client");
  assert.match(refused.errorMessage, /AADSTS7000215/);
});

test("an app proves itself by certificate, with somebody signed in and without", async () => {
  const ledger = registration("0007");
  const { certificate: pem, private_key: privateKey } = ledger.certificates[0];
  const app = confidential(ledger, { clientCertificate: { thumbprintSha256: thumbprint(pem), privateKey } }, "contoso.example");
  const { account } = await signIn(app, "http://localhost:8400/ledger-callback", new Visitor());
  assert.equal(account.username, person("Ada").address);
  // What an app may do by itself an administrator has to grant.
  const consent = new URLSearchParams({ client_id: ledger.client_id, redirect_uri: "http://localhost:8400/ledger-callback" });
  await new Visitor().comesBack(`${ORIGIN}/contoso.example/adminconsent?${consent}`, { as: "Grace" });
  const { accessToken } = await app.acquireTokenByClientCredential({ scopes: ["https://graph.microsoft.com/.default"] });
  const { keyCredentials } = await graph(accessToken, `/v1.0/applications(appId='${ledger.client_id}')?$select=keyCredentials`);
  assert.equal(keyCredentials.length, 1);
  assert.ok((await tokenRequests()).every(({ form }) => form.client_assertion && !form.client_secret));
});

test("an app without anybody signed in gets a token by secret, and keeps it", async () => {
  const app = confidential(registration("0001"), { clientSecret: registration("0001").secrets[0].value }, "contoso.example");
  const scopes = ["https://graph.microsoft.com/.default"];
  const first = await app.acquireTokenByClientCredential({ scopes });
  const second = await app.acquireTokenByClientCredential({ scopes });
  assert.ok(second.fromCache && second.accessToken === first.accessToken);
  assert.equal((await tokenRequests()).length, 1);
});

test("an installed program signs in by a code that is typed on another device", async () => {
  const { account, accessToken } = await byDeviceCode();
  assert.equal(account.username, person("Ada").address);
  assert.equal((await graph(accessToken, "/v1.0/me")).displayName, "Ada Lovelace");
});

test("the person at the other device may say no", async () => {
  const refused = await rejects(byDeviceCode({ press: "cancel" }));
  assert.match(refused.errorMessage, /authorization_declined/);
});

test("an API calls Graph on behalf of whoever calls it", async () => {
  const middle = registration("0008");
  const api = confidential(middle, { clientSecret: middle.secrets[0].value }, "organizations");
  // Once: whoever uses the API agrees that it reads their mail.
  await signIn(api, "http://localhost:8400/middle-callback", new Visitor());
  const { accessToken: received } = await signIn(app, DEMO, new Visitor(), { scopes: [`${middle.api.identifier_uri}/access_as_user`] });
  const { accessToken, scopes } = await api.acquireTokenOnBehalfOf({ oboAssertion: received, scopes: ["Mail.Read"], authority: `${ORIGIN}/${person("Ada").tenant}` });
  assert.ok(scopes.some((scope) => scope.endsWith("Mail.Read")), scopes.join(" "));
  assert.equal((await graph(accessToken, "/v1.0/me/messages?$top=1")).value.length, 1);
});

test("trouble at Microsoft is neither the visitor's nor the app's: the library waits as it is told", async () => {
  const { account } = await signIn(app, DEMO, new Visitor());
  await set("token_throttled", { client_id: registration("0001").client_id, seconds: 30, times: 0 });
  const refused = await rejects(app.acquireTokenSilent({ account, scopes: SCOPES, forceRefresh: true }));
  assert.match(refused.errorMessage, /AADSTS90055/);
  await calm();
  const asked = (await tokenRequests()).length;
  const waiting = await rejects(app.acquireTokenSilent({ account, scopes: SCOPES, forceRefresh: true }));
  assert.match(`${waiting.errorMessage}`, /90055/);
  assert.equal((await tokenRequests()).length, asked, "it asks no more until the time is over");
});

/** The confidential client of a registration. */
function confidential({ client_id: clientId }, credential, tenant = "common") {
  return new ConfidentialClientApplication({ auth: { clientId, ...credential, authority: `${ORIGIN}/${tenant}`, knownAuthorities: [new URL(ORIGIN).host] } });
}

/** Where the visitor is sent, and the verifier that belongs to it. */
async function start(app, redirectUri, { scopes = SCOPES, ...more }) {
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const url = await app.getAuthCodeUrl({ scopes, redirectUri, codeChallenge: challenge, codeChallengeMethod: "S256", ...more });
  return { url, verifier, scopes, redirectUri };
}

/** The whole way, to the tokens. */
async function signIn(app, redirectUri, visitor, more = {}) {
  const { url, verifier, scopes } = await start(app, redirectUri, more);
  const code = (await visitor.comesBack(url)).searchParams.get("code");
  return app.acquireTokenByCode({ code, scopes, redirectUri, codeVerifier: verifier, nonce: more.nonce });
}

async function byDeviceCode({ press } = {}) {
  const { client_id: clientId } = registration("0005");
  const program = new PublicClientApplication({ auth: { clientId, authority: `${ORIGIN}/organizations`, knownAuthorities: [new URL(ORIGIN).host] } });
  let typed;
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const answer = program.acquireTokenByDeviceCode({
      scopes: SCOPES,
      deviceCodeCallback: ({ verificationUri, userCode }) => {
        typed = new Visitor().endsAt(`${verificationUri}?otc=${userCode}`, { press });
      },
    });
    // The library asks every five seconds; time passes only once the person is done.
    answer.catch(() => {});
    while (!(typed && (await typed))) await new Promise(setImmediate);
    return await passing(answer);
  } finally {
    mock.timers.reset();
  }
}

/** Lets the clock run until this is settled. */
async function passing(promise) {
  let settled = false;
  const done = promise.finally(() => (settled = true));
  done.catch(() => {});
  while (!settled) {
    mock.timers.tick(1_000);
    await new Promise(setImmediate);
  }
  return done;
}

async function graph(token, path) {
  const answer = await fetch(ORIGIN + path, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

const thumbprint = (pem) => new X509Certificate(pem).fingerprint256.replaceAll(":", "");

const rejects = (promise) => promise.then(() => assert.fail("it succeeded"), (error) => error);
