// `lanyard login --vo NAME`: the server says which client, issuer and scope, as it says it to PanDA's clients (PA4, PA5, PA7, PA8).

import { strict as assert } from 'node:assert';
import { after, test } from 'node:test';

import { decodeJwt } from 'jose';

import { Home, shownPage, startDeviceProvider, approve } from './support/device.mjs';
import { DEVICE, startOffice } from './support/office.mjs';

const client = { application_type: 'native', token_endpoint_auth_method: 'none', grant_types: [DEVICE, 'refresh_token'] };
const office = await startOffice({ after }, {
  groups: { ada: ['Rubin', 'Rubin/production'] },
  clients: [
    { client_id: 'panda', ...client, scope: 'openid profile email offline_access', profile: 'iam', virtual_organisation: 'Rubin' },
    { client_id: 'panda-wlcg', ...client, scope: 'openid profile email offline_access wlcg wlcg.groups', profile: 'wlcg', virtual_organisation: 'DarkSide' },
    { client_id: 'narrow', ...client, scope: 'openid profile email offline_access' },
  ],
});

async function login(t, ...args) {
  const home = new Home(t, { LANYARD_SERVER: office.issuer });
  const started = home.start('login', ...args);
  await office.approve(await shownPage(started));
  assert.equal((await started.over).code, 0, started.text);
  const [kept] = JSON.parse((await home.run('token', 'list', '--json')).stdout);
  return { home, kept };
}

test('row_PA5 row_PA7 row_PA8: the organisation\'s client, and the groups in its ID token', async (t) => {
  const { home, kept } = await login(t, '--vo', 'Rubin');
  assert.deepEqual([kept.client_id, kept.organisation, kept.issuer], ['panda', 'Rubin', office.issuer]);
  const who = JSON.parse((await home.run('whoami', '--vo', 'Rubin', '--json')).stdout);
  assert.deepEqual(who.groups, ['Rubin', 'Rubin/production']);
  assert.equal(who.refreshes, true);
  const printed = await home.run('token', 'print', '--id-token');
  assert.equal(decodeJwt(printed.stdout.trim()).aud, 'panda', 'what the PanDA server compares with');
  assert.match((await home.run('whoami', '--panda')).stdout, /^Groups: +Rubin,Rubin\/production$/m);
});

test('a role in the name, and the form of WLCG', async (t) => {
  const { kept: role } = await login(t, '--vo', 'Rubin:production');
  assert.deepEqual([role.client_id, role.organisation], ['panda', 'Rubin:production']);
  const { kept: grid } = await login(t, '--vo', 'DarkSide');
  assert.equal(grid.client_id, 'panda-wlcg');
  assert.match(grid.scope, /wlcg\.groups/);
});

test('what is said by flags stands over what the server says, and unknown names are told', async (t) => {
  const { kept } = await login(t, '--vo', 'Rubin', '--client-id', 'lanyard-cli');
  assert.equal(kept.client_id, 'lanyard-cli');
  const { kept: scoped } = await login(t, '--vo', 'Rubin', '--scope', 'openid offline_access');
  assert.deepEqual(scoped.scope.split(' ').sort(), ['offline_access', 'openid']);
  const home = new Home(t, { LANYARD_SERVER: office.issuer });
  for (const name of ['Nobody', '../jwks', 'Rubin/x', 'a b']) {
    const answer = await home.run('login', '--vo', name);
    assert.equal(answer.code, 3, `${name}: ${answer.stderr}`);
    assert.match(answer.stderr, /error: There is no virtual organisation ".*" at http.*\nhint: .*--organisation/);
  }
});

test('files that are not right are refused before anybody is asked', async (t) => {
  const provider = await startDeviceProvider(t);
  const home = new Home(t, { LANYARD_SERVER: provider.issuer });
  const good = { oidc_config_url: provider.discoveryUrl, client_id: 'lanyard-cli', client_secret: null, audience: 'x', vo: 'V' };
  const serve = (body) => provider.intercept('/auth/V_auth_config.json', (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body)));
  for (const [body, code, says] of [
    ['<html>', 1, /no JSON object/],
    [{ ...good, client_id: undefined }, 1, /client_id is missing/],
    [{ ...good, oidc_config_url: 'https://evil.example/x' }, 1, /oidc_config_url/],
    [{ ...good, oidc_config_url: 'http://evil.example/.well-known/openid-configuration' }, 2, /not https/],
    [{ ...good, client_secret: 'public' }, 2, /has a secret/],
  ]) {
    serve(body);
    const answer = await home.run('login', '--vo', 'V');
    assert.equal(answer.code, code, answer.stderr);
    assert.match(answer.stderr, says);
  }
  assert.equal((await home.run('token', 'list', '--json')).stdout.trim(), '[]');
  serve(good);
  const started = home.start('login', '--vo', 'V');
  await approve(provider, await shownPage(started), 'grace');
  assert.equal((await started.over).code, 0, started.text);
});

test('row_PA7: a plain sign-in asks for the groups where the server announces them and the client may', async (t) => {
  const { home, kept } = await login(t);
  assert.match(kept.scope, /\bgroups\b/);
  assert.match((await home.run('whoami')).stdout, /^groups +Rubin, Rubin\/production$/m);
  const { kept: narrow } = await login(t, '--client-id', 'narrow');
  assert.equal(narrow.scope, 'openid profile email offline_access');
});
