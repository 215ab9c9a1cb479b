// Debian's oidc-agent: the agent of one test, with a home of its own, and its command lines.

import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { atEnd, Program, surroundings, temporaryFolder } from './ending.mjs';

const PROGRAMS = ['oidc-agent', 'oidc-gen', 'oidc-token', 'oidc-add'];

// false, or why it can not be used.
export const missingOidcAgent = () => {
  const absent = PROGRAMS.filter((name) => !existsSync(`/usr/bin/${name}`));
  return absent.length > 0 && `there is no ${absent.join(', ')}: tools/install-packages e2e`;
};

export async function startOidcAgent(t, { office }) {
  const folder = temporaryFolder(t, 'oidc-agent');
  const env = { HOME: folder, TMPDIR: folder, OIDC_CONFIG_DIR: join(folder, 'agent'), XDG_CONFIG_HOME: folder };
  // In the foreground it prints where its socket is (not before its buffer is full, left alone).
  const program = new Program('stdbuf', ['-oL', 'oidc-agent', '--console', '--no-autoload'], { name: 'oidc-agent', env });
  atEnd(t, () => program.stop());
  await program.untilReady(() => /OIDC_SOCK=([^;\s]+)/.test(program.text));
  env.OIDC_SOCK = /OIDC_SOCK=([^;\s]+)/.exec(program.text)[1];

  // Runs one of its programs; `watch(text)` sees what it has said so far.
  const run = (name, args, { seconds = 14, watch } = {}) => new Promise((done) => {
    const options = { env: { ...surroundings(), ...env }, timeout: seconds * 1000, killSignal: 'SIGKILL', cwd: folder };
    const child = execFile(name, args, options, (fault, stdout, stderr) => done({ code: fault ? (fault.code ?? fault.signal) : 0, stdout, stderr }));
    child.stdin.end();
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (part) => {
        text += part;
        watch?.(text);
      });
    }
  });
  return {
    folder,
    env,
    run,
    logs: () => program.text,
    // Registers, shows a code, and waits until `approve(address, code)` has done its work: {code, stdout, stderr}.
    generate(name, { scope, approve, more = [] }) {
      let asked;
      const watch = (text) => {
        const address = /(https:\/\/\S*(?:user_code=|code=)\S+)/.exec(text)?.[1] ?? /(https:\/\/\S+device\S*)/.exec(text)?.[1];
        const code = /code:?\s*\n?\s*([A-Z0-9]{4}-?[A-Z0-9]{4})\b/i.exec(text)?.[1];
        if (address && code && !asked) asked = approve(address, code);
      };
      const args = ['-w', 'device', '--issuer', `${office.issuer}/`.replace(/\/\/$/, '/'), '--scope', scope, '--cert-path', office.tls.caFile,
        '--pw-cmd', 'echo a password of the test', '--prompt=none', '--confirm-yes', ...more, name];
      return run('oidc-gen', args, { watch }).then(async (result) => {
        await asked;
        return { ...result, asked: asked !== undefined };
      });
    },
    token: (name, ...more) => run('oidc-token', [...more, name]),
    files: () => readdirSync(env.OIDC_CONFIG_DIR).filter((name) => statSync(join(env.OIDC_CONFIG_DIR, name)).isFile()),
  };
}
