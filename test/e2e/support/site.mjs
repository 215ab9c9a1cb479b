// A small site that most tests need: one university's login, one administrator, one application, and what people do there.

import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Client } from './http.mjs';
import { run, startLanyard } from './lanyard.mjs';
import { startProvider } from './provider.mjs';

const SECRET = 'a secret of two programs';
export const PAGE = { accept: 'text/html' };

// One provider "uni" (the certified oidc-provider); ada@example.org is the bootstrap administrator.
export async function startSite(t, { config = {}, database, provider: given, ...rest } = {}) {
  const provider = given ?? (await startProvider(t));
  const lanyard = await startLanyard(t, {
    database,
    ...rest,
    config: (place) => {
      const more = typeof config === 'function' ? config(place, provider) : config;
      return {
        ...more,
        server: { trusted_proxies: ['127.0.0.1'], ...more.server },
        auth: { admin_email: 'ada@example.org', default_issuer: 'uni', ...more.auth },
        providers: more.providers ?? [
          { id: 'uni', label: 'Example University', issuer: provider.issuer, client_id: 'lanyard', client_secret: SECRET, allow_loopback: true },
        ],
        clients: more.clients ?? [{ id: 'wiki', name: 'The wiki', origin: 'http://127.0.0.1:9' }],
      };
    },
  });
  admit(provider, lanyard);
  return { provider, lanyard };
}

// Registers a Lanyard at the provider, under the callback of `id`.
export function admit(provider, lanyard, id = 'uni', client = 'lanyard') {
  const known = provider.clients.find((one) => one.client_id === client);
  const callback = `${lanyard.url}/login/callback/${id}`;
  if (known) known.redirect_uris.push(callback);
  else provider.clients.push({ client_id: client, client_secret: SECRET, redirect_uris: [callback] });
  provider.rebuild();
}

// Signs in without a browser; the page at which the person ends.
export async function signIn(lanyard, provider, who, { client = new Client(), id = 'uni', query = '' } = {}) {
  const chooser = await client.get(`${lanyard.url}/login${query}`, { headers: PAGE });
  const form = chooser.forms.find((one) => new URL(one.action).pathname === `/login/${id}`);
  assert.ok(form, `no button for ${id}:\n${chooser.text}`);
  const leaving = await client.submit(form, { headers: PAGE });
  assert.equal(leaving.status, 200, leaving.text);
  const away = /url=(.*)$/.exec(leaving.headers.refresh ?? '');
  assert.ok(away, leaving.text);
  const back = await provider.signIn(client, await client.get(away[1]), who, (url) => url.startsWith(lanyard.url));
  const page = await client.follow(await client.get(back.location, { headers: PAGE }));
  return { client, page };
}

// An administrator's API token, made on the account page and written to a file as a person would.
export async function adminTokenFile(lanyard, provider, who = 'ada', options = {}) {
  const { client } = await signIn(lanyard, provider, who, options);
  const page = await client.get(`${lanyard.url}/account/tokens`, { headers: PAGE });
  const form = page.forms.find((one) => new URL(one.action).pathname === '/account/tokens' && 'label' in one.fields);
  assert.ok(form, page.text);
  const made = await client.submit(form, { fields: { label: 'command line', admin: '1', days: '1' }, headers: PAGE });
  const token = /lyt_[A-Za-z0-9_-]{49}/.exec(made.text)?.[0];
  assert.ok(token, made.text);
  const file = join(lanyard.folder, 'token');
  writeFileSync(file, token, { mode: 0o600 });
  return { file, token, client };
}

// What the gate says to a proxy about these cookies or this token.
export function ask(lanyard, { client = new Client(), application = 'wiki', path = '/', token, headers = {} } = {}) {
  return client.get(`${lanyard.url}/gate/check/${application}`, {
    headers: { 'x-original-uri': path, ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
  });
}

// The client's command line with a token file: { code, stdout, stderr }.
export function lanyardClient(lanyard, file, ...args) {
  return run('lanyard', args, {
    env: { HOME: lanyard.folder, XDG_CONFIG_HOME: join(lanyard.folder, 'client'), LANYARD_SERVER: lanyard.url, BEARER_TOKEN_FILE: file },
  });
}
