// Debian's oidc-agent, unchanged: registers itself, runs the device flow over TLS, refreshes and hands out tokens.

import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Program, temporaryFolder } from './support/ending.mjs';
import { run } from './support/lanyard.mjs';
import { missingOidcAgent, startOidcAgent } from './support/oidc_agent.mjs';
import { IS_REFERENCE, needsOf, startOffice } from './support/office.mjs';
import { makeCertificates } from './support/tls.mjs';

test('oidc-agent', { skip: missingOidcAgent() }, async (t) => {
  const tls = makeCertificates(t);
  const office = await startOffice(t, { tls, registration: {} });
  await needsOf(office, 'registration_endpoint', 'device_authorization_endpoint');
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

test('the how-to, block by block', { skip: missingOidcAgent() || IS_REFERENCE }, async (t) => {
  const page = readFileSync(join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'how-to', 'oidc-agent.md'), 'utf8');
  const blocks = (language) => [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block]) => block);
  const file = join(temporaryFolder(t, 'how-to'), 'lanyard.yaml');
  for (const block of blocks('yaml')) {
    writeFileSync(file, `server:\n  public_url: https://id.example.org\n${block}`);
    const said = await run('lanyardd', ['config', 'check', '--config', file], { env: { LANYARD_SERVER__SECRET_KEY: randomBytes(32).toString('hex') } });
    assert.equal(said.code, 0, block + said.stdout + said.stderr);
  }

  const tls = makeCertificates(t);
  const office = await startOffice(t, { tls, registration: {} });
  const agent = await startOidcAgent(t, { office });
  writeFileSync(join(agent.folder, '.oidc-agent-password'), 'a password of the test', { mode: 0o600 });
  for (const block of blocks('sh')) {
    // The agent of this test runs already, and its authority is not the machine's.
    const command = block.replace(/^eval .*$/m, '').replaceAll('https://id.example.org', office.issuer).replace('oidc-gen --flow', `oidc-gen --cert-path=${tls.caFile} --flow`);
    const shell = new Program('bash', ['-euo', 'pipefail', '-c', command], { env: { ...agent.env, CURL_CA_BUNDLE: tls.caFile } });
    if (command.includes('--flow=device')) {
      const shown = /(https:\/\/\S+\/device)\s+And enter the code: (\S+)/;
      await shell.untilReady(() => shown.test(shell.text));
      const [, address, code] = shown.exec(shell.text);
      await office.approve(address, { code });
    }
    assert.equal((await shell.over).code, 0, command + shell.text);
    if (command.includes('curl')) assert.match(shell.text, /ada@example\.org/);
  }
});
