// The certified client library openid-client, as an application uses it.

import { webcrypto } from 'node:crypto';

// Debian's node 18 keeps Web Cryptography to itself.
globalThis.crypto ??= webcrypto;
globalThis.CryptoKey ??= webcrypto.CryptoKey;

export const openid = await import('openid-client');

// A pair of keys as the library wants them.
export const makeKeys = () => crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);

// What the library knows of the issuer, for one client. Loopback issuers of tests speak http.
export function configure(office, id, { metadata, auth } = {}) {
  return openid.discovery(new URL(office.issuer), id, metadata, auth, { execute: [openid.allowInsecureRequests] });
}

// A full sign-in: { tokens, claims, callback, checks }.
export async function signIn(office, config, redirect, { scope = 'openid profile email', pushed = false, who, visitor, parameters = {}, options } = {}) {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier, expectedState: openid.randomState(), expectedNonce: openid.randomNonce(), idTokenExpected: true };
  const asked = {
    redirect_uri: redirect, scope, state: checks.expectedState, nonce: checks.expectedNonce,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256', ...parameters,
  };
  const url = pushed ? await openid.buildAuthorizationUrlWithPAR(config, asked, options) : openid.buildAuthorizationUrl(config, asked);
  const callback = await office.authorize(url, redirect, { who, visitor });
  const tokens = await openid.authorizationCodeGrant(config, callback, checks, undefined, options);
  return { url, callback, checks, tokens, claims: tokens.claims() };
}
