// One server that is killed again and again under load, and what that did to what it had acknowledged.

import { startTarget } from '../../e2e/support/attacks.mjs';
import { sleep } from '../../e2e/support/ending.mjs';
import { Chance } from './chance.mjs';
import { readEvidence } from './evidence.mjs';
import { Writers } from './writers.mjs';

// Until the public door answers its first 200.
async function untilAnswer(lanyard) {
  const began = process.hrtime.bigint();
  const starting = lanyard.start();
  for (;;) {
    const status = await fetch(`${lanyard.url}/.well-known/openid-configuration`).then(({ status }) => status, () => 0);
    if (status === 200) break;
    if (lanyard.program.exit) break; // start() says why
    await sleep(2);
  }
  const milliseconds = Number(process.hrtime.bigint() - began) / 1e6;
  await starting;
  return milliseconds;
}

// Every account of the site, page by page.
async function allAccounts(target) {
  const all = [];
  for (let cursor = ''; cursor !== undefined;) {
    const page = await target.admin('GET', `/accounts?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    all.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  }
  return all;
}

// The files of all writers against the whole roster: what was acknowledged is there, and once.
async function holdAgainstFiles(target, files) {
  const troubles = [];
  const roster = await allAccounts(target);
  const ids = new Set(roster.map(({ id }) => id));
  const byAddress = new Map();
  for (const { email } of roster) byAddress.set(email, (byAddress.get(email) ?? 0) + 1);
  const told = new Map(); // address → ids that were acknowledged
  for (const entry of files.flatMap(readEvidence).filter(({ kind }) => kind === 'account')) {
    if (!ids.has(entry.id)) troubles.push({ kind: 'lost', what: `account ${entry.id} of ${entry.email}` });
    told.set(entry.email, new Set([...(told.get(entry.email) ?? []), entry.id]));
  }
  for (const [email, given] of told) {
    if (given.size > 1 || byAddress.get(email) > 1) troubles.push({ kind: 'duplicated', what: `account of ${email}` });
  }
  return { troubles, accounts: told.size };
}

async function journal(lanyard) {
  const { code, stdout, stderr } = await lanyard.run('journal', 'verify', '--json');
  if (code !== 0) throw new Error(`journal verify: ${code} ${stdout}${stderr}`);
  return JSON.parse(stdout);
}

// The journal is verified from its first entry after every `verifyEvery`th kill and at the end. After `minutes` it ends
// with the kills that there were.
export async function killAgainAndAgain(t, { database, kills, seed, processes = 2, verifyEvery = 1, load = [20, 400], minutes = Infinity, report = () => {} }) {
  const chance = new Chance(seed);
  const target = await startTarget(t, { database, config: { auth: { fresh_for: '12h', session_idle: '12h' } } });
  const { lanyard } = target;
  const writers = new Writers(t, target, { processes, seed });
  const starts = [];
  const began = Date.now();
  await sleep(500);
  let verified = 0;
  for (let kill = 1; kill <= kills && Date.now() - began < minutes * 60_000; ++kill) {
    await sleep(chance.between(...load));
    await lanyard.program.stop('SIGKILL');
    starts.push(await untilAnswer(lanyard));
    await writers.verify();
    if (kill % verifyEvery === 0) {
      const { entries } = await journal(lanyard);
      if (entries < verified) throw new Error(`The journal had ${verified} entries and has ${entries}`);
      verified = entries;
    }
    report({ kill, starts });
  }
  const total = await writers.end();
  const held = await holdAgainstFiles(target, writers.files);
  const { entries } = await journal(lanyard);
  const troubles = [...total.troubles, ...held.troubles];
  const sorted = [...starts].sort((a, b) => a - b);
  return {
    database, kills: starts.length, seed, seconds: (Date.now() - began) / 1000,
    acknowledged: total.acknowledged, unanswered: total.unknown, checked: total.checked, accounts: held.accounts, journal: entries,
    lost: troubles.filter(({ kind }) => kind === 'lost').length,
    duplicated: troubles.filter(({ kind }) => kind === 'duplicated').length,
    startMedian: sorted[Math.floor(sorted.length / 2)], startWorst: sorted.at(-1),
    troubles,
  };
}
