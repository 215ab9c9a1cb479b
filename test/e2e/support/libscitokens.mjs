// libscitokens, the verifier of HTCondor and XRootD, from Debian: a small program around it, compiled when a test needs it.

import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { temporaryFolder } from './ending.mjs';

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), 'scitokens_verify.cc');

// false, or why it can not be used.
export const missingLibscitokens = () => {
  const absent = ['/usr/include/scitokens/scitokens.h', '/usr/bin/g++'].filter((path) => !existsSync(path));
  return absent.length > 0 && `there is no ${absent.join(', ')}: tools/install-packages build e2e`;
};

export function buildLibscitokens(t, { office }) {
  const folder = temporaryFolder(t, 'scitokens');
  const program = join(folder, 'verify');
  execFileSync('g++', ['-std=c++17', '-rdynamic', '-o', program, SOURCE, '-lSciTokens', '-lcurl', '-ldl'], { stdio: 'pipe' });
  let caches = 0;
  return {
    // What it says of each token: [{ good, text }]. It keeps issuers' keys; `fresh` starts without any.
    async verify(tokens, { audience, operation = 'read', path = '/data', issuer = office.issuer, fresh = false }) {
      if (fresh) ++caches;
      const env = { PATH: process.env.PATH, SCITOKENS_CA: office.tls.caFile, XDG_CACHE_HOME: join(folder, `cache-${caches}`), HOME: folder };
      const said = await new Promise((done, failed) => {
        const options = { env, encoding: 'utf8', timeout: 10_000 };
        const child = execFile(program, [issuer, audience, operation, path], options, (fault, out, err) => (fault ? failed(new Error(`${fault.message}\n${out}${err}`)) : done(out)));
        child.stdin.end(tokens.map((token) => `${token}\n`).join(''));
      });
      const lines = said.trim().split('\n').map((line) => ({ good: line.startsWith('yes '), text: line.replace(/^\w+ /, '') }));
      if (lines.length !== tokens.length) throw new Error(`${tokens.length} tokens, and this is what it said:\n${said}`);
      return lines;
    },
  };
}
