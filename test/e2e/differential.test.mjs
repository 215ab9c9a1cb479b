// Our reading of HTTP beside that of Node, nginx, HAProxy and Apache: more than 700 odd requests, to each of them alone and to
// Lanyard behind each proxy. What must not be: another number of requests, or another body, than somebody else saw.

import { strict as assert } from 'node:assert';
import { after, before, test } from 'node:test';

import { askAll, byRow, disagreement, onlyLanyard, otherPlace, startAll, unanswered } from './support/differential.mjs';
import { missingApache } from './support/apache.mjs';
import { missingHaproxy } from './support/haproxy.mjs';
import { corpus } from './support/http_corpus.mjs';
import { startLanyard } from './support/lanyard.mjs';

const skip = missingHaproxy() || missingApache();
const rows = corpus();
const FRONTS = ['nginx', 'haproxy', 'apache'];

// Every class of disagreement that there is, and why it may stay (docs/dev/decisions/0018-strangers-bytes.md). Rows by family and a
// pattern of their names; nothing else may differ, and a class that nobody shows any more has to go.
const AGREED = [
  { who: ['nginx'], family: 'connection', name: /^close\\r\\nConnection: keep-alive/, why: 'a connection that one line wants closed is closed' },
  { who: ['node', 'nginx', 'haproxy', 'apache'], family: 'connection', name: /Upgrade/, why: 'behind a wish for another protocol nothing is read' },
  { who: ['behind apache'], family: 'connection', name: /^Expect: 100-continue without/i, why: 'Apache closes when it was promised no body' },
];

const seen = new Map(); // 'lanyard', 'node', 'nginx', 'behind nginx', …: {answers, arrived} by row

before(async () => {
  if (skip) return;
  const all = await startAll({ after });
  const round = async (name, port, backend) => {
    const from = all[backend].seen().length;
    const answers = await askAll(port, rows);
    seen.set(name, { answers, arrived: byRow(all[backend].seen().slice(from)) });
  };
  for (const name of ['lanyard', 'node']) await round(name, all[name].port, name);
  for (const front of FRONTS) {
    await round(front, all.fronts[front].node, 'node');
    await round(`behind ${front}`, all.fronts[front].lanyard, 'lanyard');
  }
});

const answersOf = (name, row) => seen.get(name).answers.get(row.id);
const agreedOn = (who, row) => AGREED.find((one) => one.who.includes(who) && one.family === row.family && one.name.test(row.name));
const title = (row) => `${row.family}: ${row.name}`;

// The rows for which `what(row)` says something that is not agreed on.
function unlisted(who, what, used) {
  const found = [];
  for (const row of rows) {
    const text = what(row);
    if (!text) continue;
    const agreed = agreedOn(who, row);
    if (agreed) used?.add(agreed);
    else found.push(`${title(row)}: ${text}`);
  }
  return found;
}

const used = new Set();

test('attack_123 attack_124 attack_128 Lanyard sees the requests and bodies that others see', { skip }, () => {
  for (const who of ['node', ...FRONTS]) {
    assert.deepEqual(unlisted(who, (row) => disagreement(answersOf('lanyard', row), answersOf(who, row)), used), [], who);
  }
});

test('attack_123 attack_124 attack_128 behind a proxy Lanyard sees the requests and bodies that another application sees', { skip }, () => {
  for (const front of FRONTS) {
    const who = `behind ${front}`;
    assert.deepEqual(unlisted(who, (row) => disagreement(answersOf(who, row), answersOf(front, row)), used), [], who);
  }
});

test('attack_123 attack_128 no request reaches Lanyard that the proxy did not answer for', { skip }, () => {
  for (const front of FRONTS) {
    const who = `behind ${front}`;
    assert.deepEqual(unlisted(who, (row) => unanswered(answersOf(who, row), seen.get(who).arrived.get(row.id) ?? []) && 'one more arrived'), [], who);
  }
});

test('attack_125 attack_130 a request is for the same place wherever it is read', { skip }, () => {
  for (const who of ['node', ...FRONTS]) {
    assert.deepEqual(unlisted(who, (row) => otherPlace(answersOf('lanyard', row), answersOf(who, row))), [], who);
  }
  for (const front of FRONTS) {
    const who = `behind ${front}`;
    assert.deepEqual(unlisted(who, (row) => otherPlace(answersOf(who, row), answersOf(front, row))), [], who);
  }
});

test('attack_123 attack_124 attack_125 attack_130 nothing is taken that all others refuse', { skip }, () => {
  const others = (row) => ['node', ...FRONTS].map((who) => answersOf(who, row));
  assert.deepEqual(unlisted('all', (row) => onlyLanyard(answersOf('lanyard', row), others(row)) && 'taken by Lanyard alone'), []);
});

test('each class of disagreement that is agreed on is still there', { skip }, () => {
  assert.deepEqual(AGREED.filter((one) => !used.has(one)).map((one) => one.why), []);
});

test('the corpus is what it says, and every server answers plain requests', { skip }, () => {
  assert.ok(rows.length >= 500);
  const plain = rows.find((row) => row.family === 'connection' && row.name === 'three in a row');
  for (const who of seen.keys()) {
    assert.deepEqual(answersOf(who, plain).map((answer) => answer.heard?.body), ['', 'hello', '', ''], who);
    const taken = rows.filter((row) => answersOf(who, row)[0]?.status === 200).length;
    assert.ok(taken > 100 && taken < rows.length - 100, `${who} took ${taken} of ${rows.length}`);
  }
});

test('attack_123 attack_124 attack_125 attack_130 lanyardd refuses what its engine refuses', { skip }, async (t) => {
  const lanyardd = await startLanyard(t);
  const answers = await askAll(lanyardd.port, rows);
  const refusals = new Set([400, 417, 431, 505]);
  const found = [];
  for (const row of rows) {
    const engine = answersOf('lanyard', row)[0]?.status;
    const [first, ...more] = answers.get(row.id).map((answer) => answer.status);
    // Where there is no such page the body is not looked at, and the connection ends there.
    const unread = first === 404 && more.length === 0;
    if (refusals.has(engine) ? first !== engine && !unread : refusals.has(first)) found.push(`${title(row)}: ${engine} and ${first}`);
  }
  assert.deepEqual(found, []);
});

// The diagnostics are the figures of docs/reference/figures/http.md.
test('each family has rows that Lanyard takes and rows that it refuses', { skip }, (t) => {
  const taken = (who, row) => answersOf(who, row)[0]?.status === 200;
  t.diagnostic('| family | rows | taken | refused, as by all others | refused, taken by 1, 2, 3, 4 of them |');
  for (const family of new Set(rows.map((row) => row.family))) {
    const own = rows.filter((row) => row.family === family);
    const refused = own.filter((row) => !taken('lanyard', row));
    assert.ok(refused.length > 0 && refused.length < own.length, family);
    const by = [0, 1, 2, 3, 4].map((count) => refused.filter((row) => ['node', ...FRONTS].filter((who) => taken(who, row)).length === count).length);
    t.diagnostic(`| ${family} | ${own.length} | ${own.length - refused.length} | ${by[0]} | ${by.slice(1).join(', ')} |`);
  }
});
