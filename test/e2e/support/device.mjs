// The device flow between the command line and a provider: who asks, and the person who approves without a browser.

import { strict as assert } from 'node:assert';
import { join } from 'node:path';

import { atEnd, Program, temporaryFolder, until } from './ending.mjs';
import { Client } from './http.mjs';
import { program, run } from './lanyard.mjs';
import { PEOPLE, startProvider } from './provider.mjs';

export const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

// A provider with a device flow and a public client for the command line.
// life: seconds of an access token, or who says them each time.
export async function startDeviceProvider(t, { life = 3600, ...options } = {}) {
  const provider = await startProvider(t, {
    remember: true, // the flow passes two pages, each in the same session
    people: { ...PEOPLE, ada: { ...PEOPLE.ada, groups: ['Rubin', 'Rubin/production'], organisation_name: 'Rubin' } },
    clients: [
      {
        client_id: 'lanyard-cli',
        token_endpoint_auth_method: 'none',
        application_type: 'web',
        grant_types: [GRANT, 'refresh_token'],
        response_types: [],
        redirect_uris: [],
      },
    ],
    configuration: {
      features: { devInteractions: { enabled: false }, deviceFlow: { enabled: true }, revocation: { enabled: true } },
      claims: {
        openid: ['sub'],
        email: ['email', 'email_verified'],
        profile: ['name', 'preferred_username', 'groups', 'organisation_name'],
      },
      ttl: { AccessToken: life, IdToken: 3600, DeviceCode: 600, RefreshToken: 86400, Interaction: 600, Grant: 86400, Session: 600 },
    },
    ...options,
  });
  quicken(provider);
  return provider;
}

// The provider names no interval, which means five seconds; tests have less patience.
function quicken(provider) {
  provider.intercept('/device/auth', async (request, response) => {
    const end = response.end.bind(response);
    response.end = (body) => {
      const answer = JSON.parse(body);
      const text = JSON.stringify(answer.device_code ? { ...answer, interval: 1 } : answer);
      response.setHeader('content-length', Buffer.byteLength(text));
      return end(text);
    };
    await provider.callback(request, response);
  });
}

// Answers the next questions at the token endpoint with these errors, then lets the provider answer.
export function scriptErrors(provider, errors) {
  const asked = []; // when, in milliseconds
  provider.intercept('/token', async (request, response) => {
    asked.push(Date.now());
    const error = errors.shift();
    if (!error) return provider.callback(request, response);
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
  });
  return asked;
}

// A home of one user: run() ends, start() goes on.
export class Home {
  constructor(t, env = {}) {
    this.t = t;
    this.folder = temporaryFolder(t, 'home');
    this.state = join(this.folder, '.local', 'state', 'lanyard');
    this.runtime = temporaryFolder(t, 'runtime');
    this.env = { HOME: this.folder, XDG_RUNTIME_DIR: this.runtime, XDG_STATE_HOME: '', XDG_CONFIG_HOME: '', ...env };
  }
  run(...args) {
    return run('lanyard', args, { env: this.env });
  }
  start(...args) {
    const started = new Program(program('lanyard'), args, { name: 'lanyard', env: this.env });
    atEnd(this.t, () => started.stop('SIGKILL'));
    return started;
  }

  // `lanyard login`, approved as soon as the page is shown.
  async login(provider, sub = 'ada', ...args) {
    const login = this.start('login', '--server', provider.issuer, ...args);
    await approve(provider, await shownPage(login), sub);
    const exit = await login.over;
    assert.equal(exit.code, 0, login.text);
    return login.text;
  }
}

export async function shownPage(login) {
  return until(
    () => `the page to open. It said:\n${login.text}`,
    () => {
      if (login.exit) throw new Error(`login ended with ${JSON.stringify(login.exit)}:\n${login.text}`);
      return /^ {2}(https?:\/\/\S+)$/m.exec(login.text)?.[1];
    },
  );
}

// Opens the page, compares the code, and says who one is; `sub` absent: presses Abort.
export async function approve(provider, page, sub) {
  const client = new Client();
  const shown = await client.get(page);
  const confirm = await client.submit(shown.forms[0]);
  assert.ok(confirm.text.includes(new URL(page).searchParams.get('user_code')), confirm.text);
  const [form] = confirm.forms;
  if (!sub) return client.submit(form, { fields: { abort: 'yes' } });
  return provider.signIn(client, await client.submit(form), sub);
}
