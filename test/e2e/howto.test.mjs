// The configuration in the guides is what lanyardd takes.

import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from './support/ending.mjs';
import { run } from './support/lanyard.mjs';

for (const name of ['apache', 'jupyterhub', 'grid-tokens']) {
  test(`docs/how-to/${name}.md`, async (t) => {
    const folder = temporaryFolder(t, 'how-to');
    const secret = join(folder, 'secret');
    writeFileSync(secret, randomBytes(32).toString('base64url'), { mode: 0o600 });
    const page = readFileSync(new URL(`../../docs/how-to/${name}.md`, import.meta.url), 'utf8');
    const blocks = [...page.matchAll(/^( *)```yaml\n([\s\S]*?)^\1```$/gm)].map(([, indent, block]) => block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
    assert.ok(blocks.length > 0);
    for (const [index, block] of blocks.entries()) {
      const file = join(folder, `${index}.yaml`);
      const text = `server:\n  public_url: https://id.example.org\n${block.replaceAll(/_file: \/etc\/lanyard\/\S+/g, `_file: ${secret}`)}`;
      writeFileSync(file, text, { mode: 0o600 });
      const said = await run('lanyardd', ['config', 'check', '--config', file], { env: { LANYARD_SERVER__SECRET_KEY: randomBytes(32).toString('hex') } });
      assert.equal(said.code, 0, `${text}\n${said.stdout}${said.stderr}`);
    }
  });
}
