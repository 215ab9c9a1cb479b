// Tokens that libraries judge in different ways: a good one for each algorithm, and a table of ways to bend it. Each row is
// {family, name, token, jwks}; a key set that must stay as it is written is a text.

import { constants, createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign as signBytes } from 'node:crypto';

export const ISSUER = 'https://idp.example.org';
export const AUDIENCE = 'https://service.example.org';

const b64 = (bytes) => Buffer.from(bytes).toString('base64url');
const now = Math.floor(Date.now() / 1000);
const CLAIMS = { iss: ISSUER, aud: AUDIENCE, sub: 'ada', iat: now, exp: now + 600 };

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const ALGORITHMS = {
  RS256: ['rsa', 'sha256'], RS384: ['rsa', 'sha384'], RS512: ['rsa', 'sha512'],
  PS256: ['rsa', 'sha256', PSS], PS384: ['rsa', 'sha384', PSS], PS512: ['rsa', 'sha512', PSS],
  ES256: ['p256', 'sha256'], ES384: ['p384', 'sha384'], ES512: ['p521', 'sha512'], EdDSA: ['ed25519', null],
};

// By way of PEM: a key object that shares its lock with the job that made it hangs for good when it is exported while the garbage
// collector takes that job away (Node 18 and 20, one run in twenty).
function pair(type, how) {
  const encoding = { publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } };
  const { publicKey, privateKey } = generateKeyPairSync(type, { ...how, ...encoding });
  return { publicKey: createPublicKey(publicKey), privateKey: createPrivateKey(privateKey) };
}

export function tokenCorpus() {
  const keys = {
    rsa: pair('rsa', { modulusLength: 2048 }), p256: pair('ec', { namedCurve: 'P-256' }), p384: pair('ec', { namedCurve: 'P-384' }), p521: pair('ec', { namedCurve: 'P-521' }),
    ed25519: pair('ed25519'), short: pair('rsa', { modulusLength: 1024 }), three: pair('rsa', { modulusLength: 2048, publicExponent: 3 }), k256: pair('ec', { namedCurve: 'secp256k1' }),
    other: pair('ec', { namedCurve: 'P-256' }),
  };
  const jwk = (name, more = {}) => ({ ...keys[name].publicKey.export({ format: 'jwk' }), kid: name, ...more });
  const signature = (algorithm, text, key = ALGORITHMS[algorithm][0], options = {}) =>
    signBytes(ALGORITHMS[algorithm][1], Buffer.from(text), { key: keys[key].privateKey, dsaEncoding: 'ieee-p1363', ...ALGORITHMS[algorithm][2], ...options });
  const rows = [];
  const add = (family, name, token, jwks) => rows.push({ family, name, token, jwks });
  const set = (...names) => ({ keys: names.map((name) => jwk(name)) });
  const json = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
  // Header and claims as objects or as texts; signed with `how` by `key`, whatever the header says.
  const make = (header, claims = CLAIMS, { how = 'ES256', key = ALGORITHMS[how][0], options } = {}) => {
    const text = `${b64(json(header))}.${b64(json(claims))}`;
    return `${text}.${b64(signature(how, text, key, options))}`;
  };
  const H = { alg: 'ES256', kid: 'p256' };
  const good = make(H);
  const [head, body, tail] = good.split('.');

  for (const [name, [key]] of Object.entries(ALGORITHMS)) {
    add('good', name, make({ alg: name, kid: key, typ: 'JWT' }, CLAIMS, { how: name }), set(key));
    add('good', `${name} without kid`, make({ alg: name }, CLAIMS, { how: name }), set(key));
    for (const said of Object.keys(ALGORITHMS)) {
      if (said !== name) add('algorithm', `${said} in the header of ${name}`, make({ alg: said, kid: key }, CLAIMS, { how: name }), set(key));
    }
    add('key', `alg of the key for ${name}`, make({ alg: name, kid: key }, CLAIMS, { how: name }), { keys: [jwk(key, { alg: name })] });
    add('key', `alg RS512 of the key for ${name}`, make({ alg: name, kid: key }, CLAIMS, { how: name }), { keys: [jwk(key, { alg: 'RS512' })] });
    add('key', `another key for ${name}`, make({ alg: name, kid: key }, CLAIMS, { how: name }), { keys: [{ ...jwk(key === 'p256' ? 'other' : 'p256'), kid: key }] });
  }

  for (const alg of ['none', 'None', 'NONE', 'nOnE', '', ' ES256', 'ES256 ', 'es256', 'ES256\0', 'ES256K', 'HS256', 'Ed25519', 'RSA1_5', 1, null, ['ES256'], { alg: 'ES256' }, true]) {
    add('algorithm', `alg ${json(alg)}`, make({ ...H, alg }), set('p256'));
    add('algorithm', `alg ${json(alg)} without a signature`, `${b64(json({ ...H, alg }))}.${body}.`, set('p256'));
  }
  add('algorithm', 'no alg', make({ kid: 'p256' }), set('p256'));
  const secrets = { pem: keys.rsa.publicKey.export({ type: 'spki', format: 'pem' }), der: keys.rsa.publicKey.export({ type: 'spki', format: 'der' }), jwk: JSON.stringify(jwk('rsa')), n: Buffer.from(jwk('rsa').n, 'base64url'), nothing: '' };
  for (const [name, secret] of Object.entries(secrets)) {
    for (const alg of ['HS256', 'HS512']) {
      const text = `${b64(json({ alg, kid: 'rsa' }))}.${body}`;
      add('algorithm', `${alg} with the public key (${name}) as a secret`, `${text}.${b64(createHmac(alg === 'HS256' ? 'sha256' : 'sha512', secret).update(text).digest())}`, set('rsa'));
    }
  }
  const oct = { kty: 'oct', k: b64('a secret of more than 32 bytes, for HMAC'), kid: 'oct' };
  const octText = `${b64(json({ alg: 'HS256', kid: 'oct' }))}.${body}`;
  add('algorithm', 'HS256 with a symmetric key of the set', `${octText}.${b64(createHmac('sha256', 'a secret of more than 32 bytes, for HMAC').update(octText).digest())}`, { keys: [oct] });
  const k256Text = `${b64(json({ alg: 'ES256K', kid: 'k256' }))}.${body}`;
  add('algorithm', 'ES256K', `${k256Text}.${b64(signBytes('sha256', Buffer.from(k256Text), { key: keys.k256.privateKey, dsaEncoding: 'ieee-p1363' }))}`, set('k256'));

  const headers = {
    'typ at+jwt': { typ: 'at+jwt' }, 'typ application/at+jwt': { typ: 'application/at+jwt' }, 'typ JWT in small letters': { typ: 'jwt' }, 'typ dpop+jwt': { typ: 'dpop+jwt' }, 'typ logout+jwt': { typ: 'logout+jwt' },
    'typ secevent+jwt': { typ: 'secevent+jwt' }, 'typ x': { typ: 'x' }, 'typ 1': { typ: 1 }, 'typ null': { typ: null }, 'cty JWT': { cty: 'JWT' }, 'cty x': { cty: 'x' }, 'crit of nothing': { crit: [] }, 'crit exp': { crit: ['exp'], exp: 1 },
    'crit x': { crit: ['x'], x: 1 }, 'crit of what is not there': { crit: ['x'] }, 'crit alg': { crit: ['alg'] }, 'crit a text': { crit: 'exp' }, 'crit null': { crit: null }, 'b64 true': { b64: true }, 'b64 false': { b64: false },
    'b64 true and crit': { b64: true, crit: ['b64'] }, zip: { zip: 'DEF' }, enc: { enc: 'A128GCM' }, jku: { jku: `${ISSUER}/keys` }, x5u: { x5u: `${ISSUER}/c` }, x5c: { x5c: ['AAAA'] }, jwk: { jwk: jwk('p256') }, 'jwk of another': { jwk: jwk('other') },
    'kid of nobody': { kid: 'x' }, 'kid empty': { kid: '' }, 'kid 1': { kid: 1 }, 'kid null': { kid: null }, 'kid list': { kid: ['p256'] }, 'kid long': { kid: 'k'.repeat(300) }, 'kid with a line break': { kid: 'p256\n' }, 'kid with a quote': { kid: "' OR 1=1 --" }, 'kid path': { kid: '../../dev/null' },
    'kid in other letters': { kid: 'P256' }, unknown: { x: 1 }, deep: { x: [[[[[[1]]]]]] }, 'very many members': Object.fromEntries([...Array(100).keys()].map((n) => [`x${n}`, n])), long: { x: 'x'.repeat(5000) },
  };
  for (const [name, more] of Object.entries(headers)) add('header', name, make({ ...H, ...more }), set('p256'));
  const own = `${b64(json({ alg: 'ES256', jwk: jwk('other') }))}.${body}`;
  add('header', 'jwk of another, who signed', `${own}.${b64(signature('ES256', own, 'other'))}`, set('p256'));
  const raw = `${b64(json({ ...H, b64: false, crit: ['b64'] }))}.${json(CLAIMS)}`;
  add('header', 'a payload that is not encoded', `${raw}.${b64(signature('ES256', raw))}`, set('p256'));
  add('key', 'no kid, two keys that fit', make({ alg: 'ES256' }), set('p256', 'other'));
  add('key', 'no kid, one key that fits', make({ alg: 'ES256' }), set('p256', 'rsa', 'ed25519'));
  add('key', 'two keys with one kid', good, { keys: [jwk('p256'), { ...jwk('other'), kid: 'p256' }] });
  add('key', 'one key twice', good, { keys: [jwk('p256'), jwk('p256')] });

  const texts = {
    'spaces': (text) => ` { ${text.slice(1)} \n`, 'a byte order mark': (text) => `\ufeff${text}`, 'something behind': (text) => `${text}x`, 'a second value': (text) => `${text}{}`, 'a comma too much': (text) => `${text.slice(0, -1)},}`, 'a comment': (text) => `${text.slice(0, -1)}/**/}`,
    'NaN': (text) => `${text.slice(0, -1)},"x":NaN}`, 'Infinity': (text) => `${text.slice(0, -1)},"x":1e999}`, 'single quotes': (text) => text.replaceAll('"', "'"), 'UTF-16': (text) => Buffer.from(text, 'utf16le'), 'not UTF-8': (text) => Buffer.concat([Buffer.from(`${text.slice(0, -1)},"x":"`), Buffer.from([0xff, 0x22, 0x7d])]),
    'half a surrogate': (text) => `${text.slice(0, -1)},"x":"\\ud800"}`, 'a control character': (text) => `${text.slice(0, -1)},"x":"\n"}`, 'NUL behind': (text) => `${text}\0`, 'a list': (text) => `[${text}]`, 'a text': () => '"x"', 'a number': () => '1', 'null': () => 'null', 'nothing': () => '', 'half': (text) => text.slice(0, -5),
    'escapes in names': (text) => text.replace('"iss"', '"\\u0069ss"').replace('"alg"', '"\\u0061lg"'), 'a leading zero': (text) => `${text.slice(0, -1)},"x":01}`, 'a number with a plus': (text) => `${text.slice(0, -1)},"x":+1}`, '__proto__': (text) => `${text.slice(0, -1)},"__proto__":{"x":1}}`,
    'depth 40': (text) => `${text.slice(0, -1)},"x":${'['.repeat(40)}${']'.repeat(40)}}`,
  };
  const bent = (headerText, claimsText) => {
    const text = `${b64(headerText)}.${b64(claimsText)}`;
    return `${text}.${b64(signature('ES256', text))}`;
  };
  for (const [name, bend] of Object.entries(texts)) {
    add('JSON', `header: ${name}`, bent(bend(json(H)), json(CLAIMS)), set('p256'));
    add('JSON', `claims: ${name}`, bent(json(H), bend(json(CLAIMS))), set('p256'));
    if (typeof bend('{"a":1}') === 'string') add('JSON', `keys: ${name}`, good, bend(json(set('p256'))));
  }
  const twice = (text, ...members) => `${text.slice(0, -1)},${members.join(',')}}`;
  for (const member of ['"alg":"none"', '"alg":"ES256"', '"alg":"RS256"', '"kid":"x"', '"kid":"p256"', '"crit":null,"crit":["x"]', '"x":1,"x":2']) add('duplicate', `header: ${member} again`, bent(twice(json(H), member), json(CLAIMS)), set('p256'));
  for (const member of [`"iss":"https://evil.example"`, `"iss":"${ISSUER}"`, '"aud":"x"', `"aud":"${AUDIENCE}"`, '"exp":1', `"exp":${now + 9000}`, '"sub":"root"', '"scope":"a","scope":"b"']) add('duplicate', `claims: ${member} again`, bent(json(H), twice(json(CLAIMS), member)), set('p256'));
  add('duplicate', 'claims: iss of another in front', bent(json(H), `{"iss":"https://evil.example",${json(CLAIMS).slice(1)}`), set('p256'));
  add('duplicate', 'claims: a past exp in front', bent(json(H), `{"exp":1,${json(CLAIMS).slice(1)}`), set('p256'));
  add('duplicate', 'keys: x of another again', good, json(set('p256')).replace('"kid"', `"x":"${jwk('other').x}","kid"`));

  const parts = { head: 0, body: 1, tail: 2 };
  const forms = {
    'a pad': (text) => `${text}=`, 'two pads': (text) => `${text}==`, 'a space behind': (text) => `${text} `, 'a space in front': (text) => ` ${text}`, 'a line break inside': (text) => `${text.slice(0, 8)}\n${text.slice(8)}`, 'a tab inside': (text) => `${text.slice(0, 8)}\t${text.slice(8)}`, 'other bits at the end': null,
    'the other alphabet': (text) => text.replaceAll('-', '+').replaceAll('_', '/'), 'one sign more': (text) => `${text}A`, 'one sign less': (text) => text.slice(0, -1), 'NUL behind': (text) => `${text}\0`, 'a percent sign': (text) => `%${text.charCodeAt(0).toString(16)}${text.slice(1)}`, 'nothing': () => '', 'an exclamation mark inside': (text) => `${text.slice(0, 8)}!${text.slice(8)}`,
    'a letter outside ASCII': (text) => `${text}\u00e9`, 'a dot in front': (text) => `.${text}`,
  };
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const otherBits = (text) => (text.length % 4 === 0 ? `${text.slice(0, -1)}${alphabet[alphabet.indexOf(text.at(-1)) ^ 1]}` : `${text.slice(0, -1)}${alphabet[alphabet.indexOf(text.at(-1)) ^ 1]}`);
  for (const [part, at] of Object.entries(parts)) {
    for (const [name, bend] of Object.entries(forms)) {
      // Signed over the text as it is bent, so that the form alone is judged.
      let pieces = [head, body];
      if (at < 2) pieces[at] = (bend ?? otherBits)(pieces[at]);
      let end = b64(signature('ES256', pieces.join('.')));
      if (at === 2) end = (bend ?? otherBits)(end);
      add('base64', `${part}: ${name}`, [...pieces, end].join('.'), set('p256'));
    }
  }
  for (const [name, token] of Object.entries({ 'two parts': `${head}.${body}`, 'four parts': `${good}.`, 'five parts': `${good}.AAAA.AAAA`, 'one part': head, nothing: '', 'a space in front': ` ${good}`, 'a line break behind': `${good}\n`, Bearer: `Bearer ${good}`, 'in quotes': `"${good}"`,
    'flattened JSON': json({ protected: head, payload: body, signature: tail }), 'general JSON': json({ payload: body, signatures: [{ protected: head, signature: tail }] }), 'twice': `${good},${good}`, '20 kB': `${'A'.repeat(20_000)}.${body}.${tail}` })) {
    add('form', name, token, set('p256'));
  }
  add('form', '17 kB, signed', make(H, { ...CLAIMS, x: 'x'.repeat(13_000) }), set('p256'));
  add('form', '300 claims', make(H, { ...CLAIMS, ...Object.fromEntries([...Array(300).keys()].map((n) => [`x${n}`, n])) }), set('p256'));

  signatures(add, { keys, set, signature, b64, body, good, head, tail, make, H, json });
  claims(add, { make, H, set });
  keySets(add, { keys, jwk, set, make, good, H });
  return rows;
}

const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
const number = (bytes) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
const bytes32 = (value) => Buffer.from(value.toString(16).padStart(64, '0').slice(-64), 'hex');

function signatures(add, { keys, set, signature, b64, body, good, head, tail, json }) {
  const es = Buffer.from(tail, 'base64url');
  const [r, s] = [number(es.subarray(0, 32)), number(es.subarray(32))];
  const zero = Buffer.alloc(32);
  const text = `${head}.${body}`;
  const bent = {
    'one bit': Buffer.concat([Buffer.from([es[0] ^ 1]), es.subarray(1)]), 'the other s': Buffer.concat([bytes32(r), bytes32(ORDER - s)]), 'zeros': Buffer.alloc(64), 'r 0': Buffer.concat([zero, bytes32(s)]), 's 0': Buffer.concat([bytes32(r), zero]), 'r the order': Buffer.concat([bytes32(ORDER), bytes32(s)]),
    's the order': Buffer.concat([bytes32(r), bytes32(ORDER)]), 'both 1': Buffer.concat([bytes32(1n), bytes32(1n)]), 'swapped': Buffer.concat([bytes32(s), bytes32(r)]), 'one byte less': es.subarray(0, 63), 'one byte more': Buffer.concat([es, Buffer.from([0])]), 'a zero in front of each': Buffer.concat([Buffer.from([0]), bytes32(r), Buffer.from([0]), bytes32(s)]),
    'ASN.1': signBytes('sha256', Buffer.from(text), { key: keys.p256.privateKey, dsaEncoding: 'der' }), 'of the claims alone': signature('ES256', body), 'of another text': signature('ES256', `${text}x`), 'with SHA-384': signBytes('sha384', Buffer.from(text), { key: keys.p256.privateKey, dsaEncoding: 'ieee-p1363' }),
  };
  for (const [name, bytes] of Object.entries(bent)) add('signature', `ES256: ${name}`, `${text}.${b64(bytes)}`, set('p256'));
  for (const [where, change] of [['claims', [head, b64(json({ ...JSON.parse(Buffer.from(body, 'base64url')), sub: 'root' })), tail]], ['header', [b64(json({ alg: 'ES256', kid: 'p256', x: 1 })), body, tail]]]) add('signature', `ES256: other ${where}`, change.join('.'), set('p256'));
  const rsaText = (alg) => `${b64(json({ alg, kid: 'rsa' }))}.${body}`;
  const rs = signature('RS256', rsaText('RS256'));
  const n = number(Buffer.from(keys.rsa.publicKey.export({ format: 'jwk' }).n, 'base64url'));
  const big = (value) => Buffer.from(value.toString(16).padStart(value.toString(16).length + (value.toString(16).length % 2), '0'), 'hex');
  for (const [name, bytes] of Object.entries({ 'a zero in front': Buffer.concat([Buffer.from([0]), rs]), 'one byte less': rs.subarray(0, -1), 'a zero behind': Buffer.concat([rs, Buffer.from([0])]), 'zeros': Buffer.alloc(256), 'one': Buffer.concat([Buffer.alloc(255), Buffer.from([1])]), 'plus the modulus': big(number(rs) + n), 'the modulus': big(n), 'the modulus less one': big(n - 1n) })) {
    add('signature', `RS256: ${name}`, `${rsaText('RS256')}.${b64(bytes)}`, set('rsa'));
  }
  for (const saltLength of [0, 20, 31, 33, constants.RSA_PSS_SALTLEN_MAX_SIGN]) add('signature', `PS256: salt ${saltLength}`, `${rsaText('PS256')}.${b64(signature('PS256', rsaText('PS256'), 'rsa', { saltLength }))}`, set('rsa'));
  const edText = `${b64(json({ alg: 'EdDSA', kid: 'ed25519' }))}.${body}`;
  const ed = signature('EdDSA', edText);
  const L = 2n ** 252n + 27742317777372353535851937790883648493n;
  const little = (bytes) => number(Buffer.from(bytes).reverse());
  const plusL = Buffer.from((little(ed.subarray(32)) + L).toString(16).padStart(64, '0'), 'hex').reverse();
  for (const [name, bytes] of Object.entries({ 'S plus L': Buffer.concat([ed.subarray(0, 32), plusL]), 'zeros': Buffer.alloc(64), 'one byte less': ed.subarray(0, 63), 'one byte more': Buffer.concat([ed, Buffer.from([0])]), 'R of the neutral point': Buffer.concat([Buffer.from([1]), Buffer.alloc(31), ed.subarray(32)]) })) {
    add('signature', `EdDSA: ${name}`, `${edText}.${b64(bytes)}`, set('ed25519'));
  }
}

function claims(add, { make, H, set }) {
  const table = {
    exp: [undefined, now - 15, now - 300, now - 3600, 0, -1, String(now + 600), now + 600.5, null, true, [now + 600], 1e300, 253402300800, 9007199254740993, {}],
    nbf: [now, now + 30, now + 900, String(now), now - 0.5, null, true, -1, 1e300, []], iat: [undefined, now - 864000, now + 30, now + 900, String(now), null, -1, 1e300, now + 0.5],
    iss: [undefined, `${ISSUER}/`, ISSUER.toUpperCase(), 'https://evil.example', [ISSUER], 1, null, '', `${ISSUER}\0`, ` ${ISSUER}`],
    aud: [undefined, [AUDIENCE], ['x', AUDIENCE], [], 'x', ['x'], `${AUDIENCE}/`, AUDIENCE.toUpperCase(), 1, null, [1, AUDIENCE], [[AUDIENCE]], { x: AUDIENCE }, `${AUDIENCE} x`, AUDIENCE.slice(0, -1), '', true],
    sub: [undefined, 1, null, '', 'a\0b'], jti: [1, '', null], events: [{}], htm: ['GET'], htu: ['https://x'], nonce: ['x'], scope: ['a b', ['a'], 1],
  };
  for (const [name, values] of Object.entries(table)) {
    for (const value of values) {
      const all = { ...CLAIMS, [name]: value };
      add('claims', `${name} ${JSON.stringify(value) ?? 'missing'}`.replace(String(now), 'now'), make(H, all), set('p256'));
    }
  }
}

function keySets(add, { keys, jwk, set, make, good, H }) {
  const one = (more) => ({ keys: [{ ...jwk('p256'), ...more }] });
  const without = (name, member) => { const { [member]: gone, ...rest } = jwk(name); return { keys: [rest] }; };
  const bytes = (text) => Buffer.from(text, 'base64url');
  const p256 = jwk('p256');
  const sets = {
    'use sig': one({ use: 'sig' }), 'use enc': one({ use: 'enc' }), 'use 1': one({ use: 1 }), 'key_ops verify': one({ key_ops: ['verify'] }), 'key_ops sign': one({ key_ops: ['sign'] }), 'key_ops encrypt': one({ key_ops: ['encrypt'] }), 'key_ops of nothing': one({ key_ops: [] }), 'private': { keys: [{ ...keys.p256.privateKey.export({ format: 'jwk' }), kid: 'p256' }] },
    'kty in small letters': one({ kty: 'ec' }), 'no kty': without('p256', 'kty'), 'no x': without('p256', 'x'), 'no crv': without('p256', 'crv'), 'crv P-384': one({ crv: 'P-384' }), 'crv p-256': one({ crv: 'p-256' }), 'a zero in front of x': one({ x: b64(Buffer.concat([Buffer.from([0]), bytes(p256.x)])) }), 'x padded': one({ x: `${p256.x}=` }), 'y of another': one({ y: jwk('other').y }),
    'the point at infinity': one({ x: b64(Buffer.alloc(32)), y: b64(Buffer.alloc(32)) }), 'x not text': one({ x: 1 }), 'kid 1': one({ kid: 1 }), 'kid null': one({ kid: null }), 'no kid': without('p256', 'kid'), 'alg ES384': one({ alg: 'ES384' }), 'alg none': one({ alg: 'none' }), 'alg HS256': one({ alg: 'HS256' }), 'alg 1': one({ alg: 1 }), 'x5c': one({ x5c: ['AAAA'] }), 'unknown members': one({ x9: { y: [1] } }),
    'nothing': { keys: [] }, 'no set': { key: [] }, 'keys an object': { keys: {} }, 'a key alone': jwk('p256'), 'a key that is no object': { keys: [1, jwk('p256')] }, 'an unknown type beside': { keys: [{ kty: 'X', kid: 'x' }, jwk('p256')] }, 'a symmetric key beside': { keys: [{ kty: 'oct', k: 'AAAA', kid: 'o' }, jwk('p256')] }, 'null': null,
  };
  for (const [name, jwks] of Object.entries(sets)) add('key', name, good, jwks);
  const rsa = jwk('rsa');
  const rsaToken = make({ alg: 'RS256', kid: 'rsa' }, CLAIMS, { how: 'RS256' });
  for (const [name, more] of Object.entries({ 'e 1': { e: 'AQ' }, 'e 2': { e: 'Ag' }, 'a zero in front of n': { n: b64(Buffer.concat([Buffer.from([0]), bytes(rsa.n)])) }, 'a zero in front of e': { e: 'AAEAAQ' }, 'n even': { n: b64(Buffer.concat([bytes(rsa.n).subarray(0, -1), Buffer.from([2])])) }, 'n of nothing': { n: '' }, 'private members': keys.rsa.privateKey.export({ format: 'jwk' }) })) {
    add('key', `RSA: ${name}`, rsaToken, { keys: [{ ...rsa, ...more }] });
  }
  for (const [name, key] of [['of 1024 bits', 'short'], ['with exponent 3', 'three']]) add('key', `RSA ${name}`, make({ alg: 'RS256', kid: key }, CLAIMS, { how: 'RS256', key }), set(key));
  // Under the neutral point a signature of R and zero holds for every message, where nobody looks.
  const small = Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]);
  add('key', 'Ed25519 of small order', `${b64(JSON.stringify({ alg: 'EdDSA', kid: 'small' }))}.${good.split('.')[1]}.${b64(Buffer.concat([small, Buffer.alloc(32)]))}`, { keys: [{ kty: 'OKP', crv: 'Ed25519', x: b64(small), kid: 'small' }] });
  add('key', 'Ed25519 of 31 bytes', good, { keys: [{ ...jwk('ed25519'), x: b64(Buffer.alloc(31)), kid: 'p256' }] });
  add('key', 'a key of another type under the kid', good, { keys: [{ ...rsa, kid: 'p256' }] });
  add('key', 'Ed25519 private', make({ alg: 'EdDSA', kid: 'ed25519' }, CLAIMS, { how: 'EdDSA' }), { keys: [{ ...keys.ed25519.privateKey.export({ format: 'jwk' }), kid: 'ed25519' }] });
}
