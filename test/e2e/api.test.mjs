// The HTTP API of a running server: what the wire adds to the tests beside the door.

import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';

import { startLanyard } from './support/lanyard.mjs';

// With authentication off every caller is the operator, so no token has to be made first.
async function startOpen(t, database) {
  const lanyard = await startLanyard(t, { database, config: { auth: { enabled: false } } });
  const call = async (method, path, body, headers = {}) => {
    const answer = await fetch(`${lanyard.url}/api/v1${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    });
    const text = await answer.text();
    const json = answer.headers.get('content-type')?.includes('json') && !answer.headers.get('content-type').includes('ndjson');
    return { status: answer.status, headers: answer.headers, text, json: json ? JSON.parse(text) : undefined };
  };
  return { lanyard, call };
}

for (const database of ['sqlite', 'postgresql']) {
  describe(`the API on ${database}`, () => {
    test('prepares a person, changes them under a condition, and tells it in the journal', async (t) => {
      const { call } = await startOpen(t, database);
      const made = await call('POST', '/accounts', { email: 'ada@example.org', name: 'Ada', username: 'ada' });
      assert.equal(made.status, 201, made.text);
      assert.equal(made.headers.get('location'), `/api/v1/accounts/${made.json.id}`);
      const again = await call('POST', '/accounts', { email: 'ada@example.org' }, { 'idempotency-key': 'one' });
      assert.equal(again.status, 409);
      assert.equal(again.json.account, made.json.id);

      const etag = made.headers.get('etag');
      const path = `/accounts/${made.json.id}`;
      assert.equal((await call('PATCH', path, { name: 'Ada L.' })).status, 428);
      const changed = await call('PATCH', path, { name: 'Ada L.' }, { 'if-match': etag });
      assert.equal(changed.json.name, 'Ada L.', changed.text);
      assert.equal((await call('PATCH', path, { name: 'Ada' }, { 'if-match': etag })).status, 412);
      assert.equal((await call('GET', '/accounts/ada@example.org')).json.version, changed.json.version);

      const journal = await call('GET', `/journal?subject=account:${made.json.id}&after=0`);
      const events = journal.json.items.map((entry) => entry.event);
      assert.deepEqual(events, ['account.created', 'account.profile_changed']);
      const changedBy = journal.json.items[1];
      assert.equal(changedBy.actor.kind, 'operator');
      assert.equal(changedBy.request_id, changed.headers.get('x-request-id'));
      const lines = await call('GET', '/journal?after=0', undefined, { accept: 'application/x-ndjson' });
      assert.ok(lines.text.trim().split('\n').every((line) => JSON.parse(line).seq > 0));
    });

    test('pages go through everybody once, and a cursor of another query is refused', async (t) => {
      const { call } = await startOpen(t, database);
      for (let i = 0; i < 7; i += 1) assert.equal((await call('POST', '/accounts', { email: `p${i}@example.org` })).status, 201);
      const seen = [];
      let cursor;
      do {
        const page = await call('GET', `/accounts?limit=3${cursor ? `&cursor=${cursor}` : ''}`);
        assert.equal(page.status, 200, page.text);
        seen.push(...page.json.items.map((account) => account.email));
        if (cursor === undefined) assert.equal((await call('GET', `/accounts?state=active&cursor=${page.json.next_cursor}`)).status, 400);
        cursor = page.json.next_cursor;
      } while (cursor);
      assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6].map((i) => `p${i}@example.org`));
    });

    test('groups take members and let them go', async (t) => {
      const { call } = await startOpen(t, database);
      const { json: group } = await call('POST', '/groups', { path: 'Rubin' });
      const { json: ada } = await call('POST', '/accounts', { email: 'ada@example.org' });
      const member = `/groups/${group.id}/members/account/${ada.id}`;
      assert.equal((await call('PUT', member, { level: 'can_manage' })).status, 200);
      assert.equal((await call('GET', `/groups/${group.id}/members`)).json.items[0].id, ada.id);
      const gone = await call('DELETE', member);
      assert.equal(gone.status, 204);
      assert.equal(gone.text, '');
      assert.equal((await call('DELETE', `/groups/${group.id}`)).status, 204);
    });
  });
}

describe('the API on the wire', () => {
  test('answers errors as problems, whoever notices them', async (t) => {
    const { lanyard, call } = await startOpen(t, 'sqlite');
    const problem = (answer, status, code) => {
      assert.equal(answer.status, status, answer.text);
      assert.equal(answer.headers.get('content-type'), 'application/problem+json');
      assert.equal(answer.json.code, code);
      assert.equal(answer.json.request_id, answer.headers.get('x-request-id'));
    };
    problem(await call('GET', '/nothing'), 404, 'not_found');
    const wrongMethod = await call('DELETE', '/accounts');
    problem(wrongMethod, 405, 'method_not_allowed');
    assert.equal(wrongMethod.headers.get('allow'), 'GET, HEAD, POST');
    problem(await call('POST', '/accounts', { name: 'x'.repeat(70_000) }), 413, 'too_large');
    problem(await call('POST', '/accounts', { email: 'a@example.org', state: 'active' }), 400, 'invalid');
    const asForm = await fetch(`${lanyard.url}/api/v1/groups`, { method: 'POST', body: new URLSearchParams({ path: 'a' }) });
    assert.equal(asForm.status, 415);
    const asText = await fetch(`${lanyard.url}/api/v1/groups`, { method: 'POST', body: '{"path":"a"}' });
    assert.equal(asText.status, 415);
  });

  test('asks for a token, invites no other origin, and shows its contract to everybody', async (t) => {
    const lanyard = await startLanyard(t);
    const answer = await fetch(`${lanyard.url}/api/v1/accounts`, { headers: { origin: 'https://evil.example' } });
    assert.equal(answer.status, 401);
    assert.equal(answer.headers.get('www-authenticate'), `Bearer resource_metadata="${lanyard.url}/.well-known/oauth-protected-resource/api"`);
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
    const preflight = await fetch(`${lanyard.url}/api/v1/groups`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    assert.equal(preflight.status, 405);
    const contract = await fetch(`${lanyard.url}/api/v1/openapi.yaml`);
    assert.equal(contract.headers.get('content-type'), 'application/yaml');
    assert.match(await contract.text(), /^openapi: 3\.1\.0\n/);
  });
});
