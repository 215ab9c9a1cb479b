// Debian's oidc-agent, unchanged: registers itself, runs the device flow over TLS, refreshes and hands out tokens.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { missingOidcAgent, startOidcAgent } from './support/oidc_agent.mjs';
import { missingFrom, startOffice } from './support/office.mjs';
import { makeCertificates } from './support/tls.mjs';

test('oidc-agent', { skip: missingOidcAgent() }, async (t) => {
  const tls = makeCertificates(t);
  const office = await startOffice(t, { tls, registration: {} });
  const reason = await missingFrom(office, 'registration_endpoint', 'device_authorization_endpoint');
  if (reason) return t.skip(reason);
  const agent = await startOidcAgent(t, { office });
  const userinfo = async (token) => {
    const { userinfo_endpoint: url } = await office.metadata();
    return office.visitor().get(url, { headers: { authorization: `Bearer ${token}` } });
  };

  await t.test('registers itself and gets a token while somebody approves', async () => {
    const made = await agent.generate('here', {
      scope: 'openid profile email offline_access',
      approve: (address, code) => office.approve(address, { code }),
    });
    assert.equal(made.code, 0, `${made.stdout}\n${made.stderr}\n${agent.logs()}`);
    assert.ok(made.asked, `nobody was asked:\n${made.stdout}\n${made.stderr}`);
  });

  await t.test('hands out a token that says who one is', async () => {
    const { code, stdout, stderr } = await agent.token('here');
    assert.equal(code, 0, stderr);
    const answer = await userinfo(stdout.trim());
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.email, 'ada@example.org');
  });

  await t.test('refreshes, and each new token is good', async () => {
    const first = (await agent.token('here')).stdout.trim();
    for (let turn = 0; turn < 3; ++turn) {
      const { code, stdout, stderr } = await agent.token('here', '--force-new');
      assert.equal(code, 0, stderr);
      assert.notEqual(stdout.trim(), first);
      assert.equal((await userinfo(stdout.trim())).status, 200);
    }
  });

  await t.test('gets a token that may do less', async () => {
    const { code, stdout, stderr } = await agent.token('here', '--force-new', '--scope', 'openid');
    assert.equal(code, 0, stderr);
    const answer = await userinfo(stdout.trim());
    assert.equal(answer.json.email, undefined);
    assert.equal((await agent.token('here', '--force-new')).code, 0, 'it still refreshes');
  });

  await t.test('takes its registration back', async () => {
    const gone = await agent.run('oidc-gen', ['-d', 'here', '--pw-cmd', 'echo a password of the test', '--confirm-yes', '--prompt=none']);
    assert.equal(gone.code, 0, `${gone.stdout}\n${gone.stderr}`);
    assert.notEqual((await agent.token('here')).code, 0);
  });
});
