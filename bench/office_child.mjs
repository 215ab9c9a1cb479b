// One office for the benchmarks, until its standard input ends. It says what it has on its first line, and takes wishes, one JSON
// object a line. OFFICE=reference: the certified oidc-provider. ACCOUNTS: so many people on the roster. DATABASE: sqlite, postgresql.
// CACHE: gate.cache_entries.

import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';

import { IS_REFERENCE, startOffice } from '../test/e2e/support/office.mjs';
import { adminTokenFile } from '../test/e2e/support/site.mjs';
import { processorTime } from './counting.mjs';
import { clients, SCOPE, VERIFIER, WEB } from './load.mjs';

const say = (object) => process.stdout.write(`${JSON.stringify(object)}\n`);
console.log = console.info = console.error; // what the packages say is no answer of ours
const endings = [];
const ending = { after: (end) => endings.unshift(end) };

// Fills the roster in requests of 500, as `lanyard user import` does. Returns how long it took, in seconds.
async function fill(office, token, count) {
  const begun = process.hrtime.bigint();
  for (let first = 0; first < count; first += 500) {
    const people = Array.from({ length: Math.min(500, count - first) }, (_, index) => {
      const number = String(first + index).padStart(7, '0');
      return { issuer: 'https://filled.example', subject: `person-${number}`, email: `p${number}@filled.example`, name: `Person ${number}`, institution: 'Filled University' };
    });
    const answer = await office.visitor().request('POST', `${office.lanyard.url}/api/v1/accounts/import`, { json: { people }, headers: { authorization: `Bearer ${token}` } });
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  }
  return Number(process.hrtime.bigint() - begun) / 1e9;
}

// Everybody of a benchmark comes from one address.
const config = { limits: { logins_per_minute: 1_000_000 }, ...(process.env.CACHE && { gate: { cache_entries: Number(process.env.CACHE) } }) };
const gate = { client_id: 'wiki', kind: 'gate', origin: 'https://wiki.example.org' };
const office = await startOffice(ending, { clients: IS_REFERENCE ? clients : [...clients, gate], remember: true, database: process.env.DATABASE, config });
const visitor = office.visitor();
const challenge = createHash('sha256').update(VERIFIER).digest('base64url');
const asked = new URLSearchParams({ client_id: 'web', redirect_uri: WEB, response_type: 'code', scope: SCOPE, code_challenge: challenge, code_challenge_method: 'S256', prompt: 'consent' });
const metadata = await office.metadata();
await office.authorize(`${metadata.authorization_endpoint}?${asked}`, WEB, { visitor });
const has = { metadata, isReference: IS_REFERENCE, pid: IS_REFERENCE ? process.pid : office.lanyard.program.pid, cookies: visitor.cookies };
if (!IS_REFERENCE) {
  const { token } = await adminTokenFile(office.lanyard, office.university, 'ada', { client: office.visitor() });
  has.api = { url: `${office.lanyard.url}/api/v1`, token };
  has.pid = office.lanyard.program.pid;
  const before = processorTime(has.pid);
  has.filled = await fill(office, token, Number(process.env.ACCOUNTS ?? 0));
  has.fillingTook = processorTime(has.pid) - before;
}
say(has);
for await (const line of createInterface({ input: process.stdin })) {
  const wish = JSON.parse(line);
  if (wish.restart) {
    const begun = process.hrtime.bigint();
    await office.lanyard.restart();
    say({ pid: office.lanyard.program.pid, seconds: Number(process.hrtime.bigint() - begun) / 1e9 });
    continue;
  }
  say({ done: true });
}
for (const end of endings) await end();
process.exit(0);
