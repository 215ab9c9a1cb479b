// Our judgement of tokens beside that of PyJWT, jwcrypto and the npm package jose, over some hundred bent tokens. What must not be: a
// token that we take and none of them does. What we refuse and others take stands in a table with the reason.

import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { createLocalJWKSet, jwtVerify } from 'jose';

import { program } from './support/lanyard.mjs';
import { AUDIENCE, ISSUER, tokenCorpus } from './support/token_corpus.mjs';

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const LIBRARIES = ['PyJWT', 'jwcrypto', 'jose'];
const PACKAGES = '/usr/lib/python3/dist-packages';
const absent = ['jwt', 'jwcrypto'].filter((name) => !existsSync(join(PACKAGES, name)));
const skip = absent.length > 0 && `there is no ${absent.join(', ')} in ${PACKAGES}: tools/install-packages e2e`;

const rows = tokenCorpus();

// Runs a program that answers each line with one line.
function answer(command, args, input) {
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { maxBuffer: 64 << 20, timeout: 120_000 }, (fault, stdout, stderr) => {
      const lines = stdout.trimEnd().split('\n');
      if (fault || lines.length !== rows.length) reject(new Error(`${command}: ${lines.length} lines for ${rows.length} rows. ${fault?.message ?? ''} ${stderr}`));
      else resolve(lines);
    });
    child.stdin.end(input);
  });
}

async function askJose({ token, jwks }) {
  try {
    const keys = createLocalJWKSet(typeof jwks === 'string' ? JSON.parse(jwks) : jwks);
    await jwtVerify(token, keys, { algorithms: ALGORITHMS, issuer: ISSUER, audience: AUDIENCE, clockTolerance: 60, requiredClaims: ['exp'] });
    return 'accepted';
  } catch (fault) {
    return fault.message;
  }
}

before(async () => {
  if (skip) return;
  const input = rows.map((row) => JSON.stringify({ token: row.token, jwks: row.jwks })).join('\n') + '\n';
  const python = join(dirname(fileURLToPath(import.meta.url)), 'support', 'jose_verdicts.py');
  const ours = await answer(program('test/programs/lanyard_verdicts'), [ISSUER, AUDIENCE], input);
  const theirs = await answer('/usr/bin/python3', [python, ISSUER, AUDIENCE], input);
  for (const [at, row] of rows.entries()) {
    row.ours = ours[at];
    row.theirs = { ...JSON.parse(theirs[at]), jose: await askJose(row) };
  }
});

const title = (row) => `${row.family}: ${row.name}`;
const takers = (row) => LIBRARIES.filter((name) => row.theirs[name] === 'accepted');

// What all three refuse and we take, with the reason why that may stay.
const TAKEN = {
  'key: a key that is no object': 'an entry of a set that can not be read is named to the operator, and does not lose the other keys (RFC 7517 section 5)',
};

// Why we refuse what at least one of them takes: the words of our refusal, and the reason. Each has to be met by some row.
const REFUSED = {
  'algorithm does not fit the key': 'the key says what it verifies, not the token (RFC 8725 section 3.1)',
  'alg does not fit the key': 'a key set that contradicts itself is not guessed about',
  "typ is another kind of token's": 'a token is good for one purpose (RFC 8725 section 3.11)',
  'typ is not a text': 'RFC 7515 section 4.1.9',
  'kid is not a text': 'RFC 7515 section 4.1.4',
  'the payload is another token': 'nested tokens are not read here',
  'the header needs an extension that is not known': 'RFC 7515 section 4.1.11: crit names what we do not have, also when it is empty or broken',
  'the payload is not encoded': 'RFC 7797 is for its own protocols',
  'the payload is compressed': 'RFC 8725 section 3.6',
  'the token is encrypted': 'a member of another format',
  'the header names a place to fetch keys from': 'RFC 8725 section 3.10: not looked at would be enough, refused tells the sender',
  'the header brings a key of its own': 'the same',
  'the header is not a JSON object with unique members': 'one text, one reading: duplicates, encodings, depth and size included (RFC 8725 section 2.4)',
  'the payload is not a JSON object with unique members': 'the same',
  'This is not valid JSON': 'the same, for key sets',
  'The JSON text is nested deeper': 'the same, for key sets',
  'the header is not base64url': 'one token, one spelling: otherwise a blocked or remembered token passes under another one',
  'the payload is not base64url': 'the same',
  'the signature is not base64url': 'the same',
  'the token is too large': '16 KiB; nothing that fits into a header line is larger',
  'bad signature': 'jwcrypto takes a signature of the wrong length',
  'exp is missing or not a time': 'a number up to the year 9999; what can not be read does not count as absent',
  'nbf is not a time': 'the same',
  'iat is not a time': 'the same',
  'sub is not a text': 'RFC 7519 section 4.1.2; the person would be nobody',
  'the token is not valid yet': 'iat in the future counts as well, and both with one leeway',
  'this is a logout token or a security event': 'not made to let anybody in',
  'this is a proof of possession': 'not made to let anybody in',
  'no kid, and more than one key fits': 'no key is tried after another',
  'two keys with this kid': 'no key is tried after another',
  'use is not sig': 'RFC 7517 section 4.2',
  'key_ops does not contain verify': 'RFC 7517 section 4.3',
  'a private key has no place here': 'whoever publishes it has lost it',
  'EC coordinate has the wrong length': 'RFC 7518 section 6.2.1.2',
  'x is not base64url': 'one key, one spelling',
  'RSA modulus under 2048 bits': 'RFC 7518 section 3.3',
  'Ed25519 key has small order': 'a signature under it holds for many texts',
};

const reasonFor = (row) => Object.keys(REFUSED).find((reason) => row.ours.includes(reason));

test('every library takes the good tokens of every algorithm', { skip }, () => {
  assert.ok(rows.length >= 500);
  const good = rows.filter((row) => row.family === 'good');
  assert.equal(good.length, 2 * ALGORITHMS.length);
  assert.deepEqual(good.filter((row) => row.ours !== 'accepted' || takers(row).length < LIBRARIES.length).map((row) => [title(row), row.ours, row.theirs]), []);
});

test('attack_001 attack_002 attack_005 attack_006 attack_014 attack_017 attack_018 nothing is taken that all three libraries refuse', { skip }, () => {
  const alone = rows.filter((row) => row.ours === 'accepted' && takers(row).length === 0).map(title);
  assert.deepEqual(alone, Object.keys(TAKEN));
});

test('what is refused and others take has a reason, and every reason is met', { skip }, (t) => {
  const stricter = rows.filter((row) => row.ours !== 'accepted' && takers(row).length > 0);
  assert.deepEqual(stricter.filter((row) => !reasonFor(row)).map((row) => `${title(row)}: ${row.ours}`), []);
  const met = new Set(stricter.map(reasonFor));
  assert.deepEqual(Object.keys(REFUSED).filter((reason) => !met.has(reason)), []);
  const taken = rows.filter((row) => row.ours === 'accepted').length;
  t.diagnostic(`${rows.length} tokens: ${taken} taken, ${rows.length - taken - stricter.length} refused as by all others, ${stricter.length} refused that others take`);
  for (const name of LIBRARIES) t.diagnostic(`${name} takes ${rows.filter((row) => row.theirs[name] === 'accepted').length}`);
});

test('no library of the three is as strict, so the comparison can fail', { skip }, () => {
  for (const name of LIBRARIES) assert.ok(rows.some((row) => row.ours !== 'accepted' && row.theirs[name] === 'accepted'), name);
});
