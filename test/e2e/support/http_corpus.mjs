// Requests that programs read in different ways: elements of HTTP/1.1 (RFC 9110, RFC 9112) times ways to bend them. Each row is
// {id, family, name, bytes}; every request line in it begins with /ID/, also those that are hidden in bodies, so that whoever
// receives one knows its row. Behind each row comes a plain request, last(id): who disagrees about where a request ends will
// disagree about that one.

const HIDDEN = (id) => `GET /${id}/hidden HTTP/1.1\r\nHost: h\r\n\r\n`;
export const last = (id) => `GET /${id}/last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`;

const CHUNKED = '5\r\nhello\r\n0\r\n\r\n';
const CONTROLS = [...Array(32).keys(), 127].map((code) => String.fromCharCode(code));
const PUNCTUATION = [...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'];
const shown = (text) => JSON.stringify(text).slice(1, -1);

export function corpus() {
  const rows = [];
  const add = (family, name, make) => {
    const id = rows.length + 1;
    rows.push({ id, family, name, bytes: make(id) });
  };
  framing(add);
  chunks(add);
  lines(add);
  fields(add);
  requestLines(add);
  targets(add);
  hosts(add);
  paths(add);
  connections(add);
  return rows;
}

const post = (id, header, body) => `POST /${id}/a HTTP/1.1\r\nHost: h\r\n${header}\r\n${body}`;
const get = (id, header = '') => `GET /${id}/a HTTP/1.1\r\nHost: h\r\n${header}\r\n`;

// Content-Length and Transfer-Encoding, alone and together.
function framing(add) {
  const lengths = ['5', '+5', '-5', '05', '005', ' 5', '5 ', '\t5', '0x5', '5,5', '5, 5', '5,6', '5;', '5.0', '5e0', '', '99999999999999999999',
    '18446744073709551621', '5 5', '5\0', '\v5', '5\xa0', 'five', '4', '6'];
  for (const length of lengths) add('length', shown(length), (id) => post(id, `Content-Length:${length}\r\n`, 'hello'));
  for (const [a, b] of [['5', '5'], ['5', '6'], ['6', '5'], ['0', '5'], ['5', '0'], ['5', ''], ['5', 'x']]) {
    add('length', `${a} and ${b}`, (id) => post(id, `Content-Length: ${a}\r\nContent-Length: ${b}\r\n`, 'hello'));
  }
  const codings = ['chunked', 'Chunked', 'CHUNKED', 'chunked ', '\tchunked', 'chunked,', ',chunked', ', chunked', 'identity', 'gzip, chunked', 'chunked, gzip',
    'chunked, chunked', 'identity, chunked', 'chunked, identity', 'x', 'chunked;q=1', 'chunked ;a', '"chunked"', 'xchunked', 'chunkedx', 'chunk', '', '\vchunked',
    'chunked\v', 'chunked\0', 'chunked\xa0', 'chunKed\r\n ', '\r\n chunked', 'chun\rked', 'chun\nked'];
  for (const coding of codings) {
    add('coding', shown(coding), (id) => post(id, `Transfer-Encoding: ${coding}\r\n`, CHUNKED));
    add('coding', `${shown(coding)} with the length of a chunk line`, (id) => post(id, `Content-Length: 4\r\nTransfer-Encoding: ${coding}\r\n`, CHUNKED));
    add('coding', `${shown(coding)} with the length of all, hiding a request`, (id) => {
      const body = `0\r\n\r\n${HIDDEN(id)}`;
      return post(id, `Transfer-Encoding: ${coding}\r\nContent-Length: ${body.length}\r\n`, body);
    });
  }
  for (const [a, b] of [['chunked', 'chunked'], ['chunked', 'identity'], ['identity', 'chunked'], ['gzip', 'chunked'], ['chunked', 'x'], ['', 'chunked']]) {
    add('coding', `${a} and ${b} in two lines`, (id) => post(id, `Transfer-Encoding: ${a}\r\nTransfer-Encoding: ${b}\r\n`, CHUNKED));
  }
  const names = ['Transfer_Encoding', 'Transfer-Encoding ', 'Transfer-Encoding\t', ' Transfer-Encoding', '\tTransfer-Encoding', 'Transfer-Encoding\0', 'Transfer\xadEncoding',
    'X: y\nTransfer-Encoding', 'X: y\rTransfer-Encoding', 'X: y\r\n\tTransfer-Encoding', 'Transfer-Encoding\v', 'transfer-encoding', 'X-Transfer-Encoding', 'Transfer-Encodin\u0047'];
  for (const name of names) {
    add('coding', `spelt ${shown(name)}`, (id) => post(id, `${name}: chunked\r\n`, CHUNKED));
    add('coding', `spelt ${shown(name)} with a length`, (id) => post(id, `Content-Length: ${CHUNKED.length}\r\n${name}: chunked\r\n`, CHUNKED));
    const length = name.replaceAll('Transfer', 'Content').replaceAll('transfer', 'content').replaceAll('Encodin', 'Lengt').replaceAll('encodin', 'lengt').replace(/[gG](?=\W*$)/, 'h');
    add('length', `spelt ${shown(length)}`, (id) => post(id, `${length}: 5\r\n`, 'hello'));
  }
  add('coding', 'in HTTP/1.0', (id) => post(id, 'Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n', CHUNKED).replace('HTTP/1.1', 'HTTP/1.0'));
  add('coding', 'in HTTP/1.0 with a length', (id) => post(id, 'Transfer-Encoding: chunked\r\nContent-Length: 15\r\nConnection: keep-alive\r\n', CHUNKED).replace('HTTP/1.1', 'HTTP/1.0'));
}

function chunks(add) {
  const chunked = (id, body) => post(id, 'Transfer-Encoding: chunked\r\n', body);
  const sizes = ['05', '0005', '5 ', ' 5', '5\t', '\t5', '0x5', '+5', '-5', '5;a', '5;a=b', '5;a="b"', '5;a="b;c"', '5 ;a', '5; a', '5;', '5;;', '5;a\rb', '5;a\nb', '5;a\0', '5;\x80', 'fffffffff5',
    '10000000000000005', '00000000000000000005', '5\r', '5,5', '5_', '5g', '', ';a', '5.', '4', '6', '5;' + 'x'.repeat(500), '5;' + 'x'.repeat(5000)];
  for (const size of sizes) add('chunk', `size ${shown(size).slice(0, 40)}`, (id) => chunked(id, `${size}\r\nhello\r\n0\r\n\r\n`));
  for (const end of ['\n', '\r', '', '\r\r\n']) add('chunk', `size line ends with "${shown(end)}"`, (id) => chunked(id, `5${end}hello\r\n0\r\n\r\n`));
  for (const end of ['\n', '\r', '', 'XX', 'X\r\n', '\r\r\n', '\r\n\r\n']) add('chunk', `data ends with "${shown(end)}"`, (id) => chunked(id, `5\r\nhello${end}0\r\n\r\n`));
  for (const zero of ['00', '0000000000000000000000', '0;a=b', '0 ', '-0', '+0', '0x0']) add('chunk', `last "${zero}"`, (id) => chunked(id, `5\r\nhello\r\n${zero}\r\n\r\n`));
  for (const end of ['\n', '\r', '\r\r\n']) add('chunk', `the last line ends with "${shown(end)}"`, (id) => chunked(id, `5\r\nhello\r\n0\r\n${end}`));
  for (const end of ['\n\n', '\n\r\n', '\r\n\n']) add('chunk', `0 and "${shown(end)}"`, (id) => chunked(id, `5\r\nhello\r\n0${end}`));
  for (const trailer of ['X: y', 'Content-Length: 5', 'Transfer-Encoding: chunked', 'Host: other', 'Cookie: a=b', 'X-Forwarded-For: 1.2.3.4', ' folded', 'X : y', 'no colon', 'X: a\rb', 'X: a\nb', 'X: \0', ': y', 'X\0: y',
    'X: y\r\nZ: w']) {
    add('chunk', `trailer ${shown(trailer)}`, (id) => chunked(id, `5\r\nhello\r\n0\r\n${trailer}\r\n\r\n`));
  }
  add('chunk', 'a request hidden in an extension with a bare line feed', (id) => chunked(id, `5;\n${'x'.repeat(3)}\r\nhello\r\n0\r\n\r\n${HIDDEN(id)}`));
  add('chunk', 'a request hidden behind a size that is too short', (id) => chunked(id, `1\r\nhello\r\n0\r\n\r\n${HIDDEN(id)}`));
  add('chunk', 'no last chunk', (id) => chunked(id, '5\r\nhello\r\n'));
}

function lines(add) {
  const bend = (from, to) => (id) => get(id, 'X: y\r\n').replace(from, to);
  add('line', 'line feeds alone', (id) => get(id, 'X: y\r\n').replaceAll('\r\n', '\n'));
  add('line', 'carriage returns alone', (id) => get(id, 'X: y\r\n').replaceAll('\r\n', '\r'));
  add('line', 'a line feed behind the request line', bend('HTTP/1.1\r\n', 'HTTP/1.1\n'));
  add('line', 'a carriage return behind the request line', bend('HTTP/1.1\r\n', 'HTTP/1.1\r'));
  add('line', 'two carriage returns behind the request line', bend('HTTP/1.1\r\n', 'HTTP/1.1\r\r\n'));
  add('line', 'a line feed behind Host', bend('Host: h\r\n', 'Host: h\n'));
  add('line', 'a line feed in front of the empty line', bend('X: y\r\n', 'X: y\n'));
  add('line', 'the empty line is a line feed', bend('\r\n\r\n', '\r\n\n'));
  add('line', 'the empty line is a carriage return', bend('\r\n\r\n', '\r\n\r'));
  add('line', 'the empty line has a space', bend('\r\n\r\n', '\r\n \r\n\r\n'));
  add('line', 'a carriage return inside a value', bend('X: y', 'X: y\rz'));
  add('line', 'a carriage return in front of a line', bend('X: y', '\rX: y'));
  for (const front of ['\r\n', '\r\n\r\n', '\n', '\n\n', '\r', ' ', '\0', '\r\n\n']) add('line', `"${shown(front)}" in front`, (id) => front + get(id));
  add('line', 'the head ends in front of the empty line', (id) => get(id).slice(0, -2));
  add('line', 'a body ends with a line end that is not part of it', (id) => post(id, 'Content-Length: 5\r\n', 'hello\r\n'));
  add('line', 'a body ends with two line ends that are not part of it', (id) => post(id, 'Content-Length: 5\r\n', 'hello\r\n\r\n'));
}

function fields(add) {
  for (const code of CONTROLS) {
    add('field', `"${shown(code)}" in a value`, (id) => get(id, `X: a${code}b\r\n`));
    add('field', `"${shown(code)}" in a name`, (id) => get(id, `X${code}Y: a\r\n`));
  }
  for (const sign of PUNCTUATION) add('field', `"${sign}" in a name`, (id) => get(id, `X${sign}Y: a\r\n`));
  for (const line of ['X : y', 'X\t: y', ' X: y', '\tX: y', ': y', ':', 'no colon', 'X Y: z', '\xc3\xa9: y', 'X: \xff\x80', 'X:', 'X:y', 'X:\ty\t ', 'X: a\r\n b', 'X: a\r\n\tb', 'X: a\r\n \r\nY: b', 'X:\r\n b',
    'Content-Type: a\r\nContent-Type: b', 'X: ' + 'y'.repeat(7000), 'X'.repeat(3000) + ': y']) {
    add('field', `line ${shown(line).slice(0, 40)}`, (id) => get(id, `${line}\r\n`));
  }
  add('field', 'Host folded', (id) => `GET /${id}/a HTTP/1.1\r\nHost: h\r\n i\r\n\r\n`);
  add('field', 'the first line folded', (id) => `GET /${id}/a HTTP/1.1\r\n X: y\r\nHost: h\r\n\r\n`);
  add('field', '90 lines', (id) => get(id, [...Array(90).keys()].map((n) => `X${n}: y\r\n`).join('')));
  add('field', '150 lines', (id) => get(id, [...Array(150).keys()].map((n) => `X${n}: y\r\n`).join('')));
}

function requestLines(add) {
  for (const method of ['get', 'Get', 'HEAD', 'OPTIONS', 'TRACE', 'DELETE', 'PUT', 'PATCH', 'PROPFIND', 'FOO', 'G', 'GE(T', 'GE\0T', '"GET"', 'GET:', 'M'.repeat(40), 'G\xc9T', 'PRI', 'SOURCE', 'CONNECT']) {
    add('method', shown(method), (id) => `${method} /${id}/a HTTP/1.1\r\nHost: h\r\n\r\n`);
  }
  for (const version of ['HTTP/1.0', 'HTTP/1.2', 'HTTP/1.9', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/3.0', 'HTTP/2', 'http/1.1', 'Http/1.1', 'HTTP/1', 'HTTP/1.', 'HTTP/01.1', 'HTTP/1.01', 'HTTP/1.10', 'HTTP/1.1x', 'HTTP /1.1', 'HTTP/ 1.1',
    'HTTP/1 .1', 'HTTP/1.1 ', 'HTTP/1.1\t', 'HTTQ/1.1', 'HTTP/1,1', 'HTTP/11', 'HTTP\\1.1', 'HTTP/1.1\0', 'HTTP/-1.1', 'HTTP/+1.1', 'HTTP/1.A', 'ICAP/1.0', 'HTTPS/1.1']) {
    add('version', shown(version), (id) => `GET /${id}/a ${version}\r\nHost: h\r\n\r\n`);
  }
  for (const gap of ['  ', '\t', ' \t', '\v', '\f', '\r', '\xa0', '\0', '+']) {
    add('version', `"${shown(gap)}" in front of the target`, (id) => `GET${gap}/${id}/a HTTP/1.1\r\nHost: h\r\n\r\n`);
    add('version', `"${shown(gap)}" behind the target`, (id) => `GET /${id}/a${gap}HTTP/1.1\r\nHost: h\r\n\r\n`);
  }
  add('version', 'none', (id) => `GET /${id}/a\r\nHost: h\r\n\r\n`);
  add('version', 'none and a space', (id) => `GET /${id}/a \r\nHost: h\r\n\r\n`);
  add('version', 'twice', (id) => `GET /${id}/a HTTP/1.1 HTTP/1.1\r\nHost: h\r\n\r\n`);
}

function targets(add) {
  const with_ = (target, host = 'Host: h\r\n', method = 'GET') => (id) => `${method} ${target(id)} HTTP/1.1\r\n${host}\r\n`;
  for (const start of ['http://h', 'HTTP://H', 'https://h', 'http://other', 'http://h:80', 'http://h:81', 'http://a@h', 'http://a:b@h', 'http://', 'http:/', 'http:', 'ftp://h', '//h', 'h', '?', '', 'http://h?', 'http://[::1]', 'http://h:', 'http://h h',
    'http://h\\', 'http://h#', 'file://', 'x', ':', 'http://h%2eexample']) {
    add('target', shown(start), with_((id) => `${start}/${id}/a`));
  }
  for (const target of ['/a#b', '/a?b#c', '/a?b c', '/a b', '/a?b?c', '/a?', '/a?%00', '/a?\x80', '/a?b=\0']) add('target', shown(target), with_((id) => `/${id}${target}`));
  add('target', 'absolute without Host', with_((id) => `http://h/${id}/a`, ''));
  add('target', 'absolute with an empty Host', with_((id) => `http://h/${id}/a`, 'Host:\r\n'));
  add('target', 'absolute with two Hosts', with_((id) => `http://h/${id}/a`, 'Host: h\r\nHost: i\r\n'));
  add('target', 'absolute without a path', with_(() => 'http://h'));
  add('target', 'absolute with a query and no path', with_((id) => `http://h?/${id}/a`));
  add('target', 'a star', with_(() => '*'));
  add('target', 'a star for OPTIONS', with_(() => '*', 'Host: h\r\n', 'OPTIONS'));
  add('target', 'CONNECT to an authority', with_(() => 'h:443', 'Host: h:443\r\n', 'CONNECT'));
}

function hosts(add) {
  const values = ['', ' ', 'H', 'h.', '.', '..', 'a..b', '-', 'h_i', 'h:80', 'h:0', 'h:', 'h:x', 'h:99999', 'h:80:80', ':80', 'a@h', 'a:b@h', '@h', 'h/i', 'h?i', 'h#i', 'h,i', 'h, i', 'h i', 'h\ti', 'h;i', 'h\\i', 'h"i', "h'i", 'h<i', 'h|i', '[::1]',
    '[::1]:80', '[::1', '::1', '[h]', '[::1]x', '[::1%25eth0]', 'h%41', 'h%', 'h\xe9', 'h\0', 'h\x01', 'h\x7f', 'x'.repeat(300), '127.1', '0x7f.1', 'http://h', 'h*', '*', 'localhost', 'xn--bcher-kva.example'];
  for (const value of values) add('host', shown(value).slice(0, 40), (id) => `GET /${id}/a HTTP/1.1\r\nHost: ${value}\r\n\r\n`);
  add('host', 'none', (id) => `GET /${id}/a HTTP/1.1\r\n\r\n`);
  add('host', 'none in HTTP/1.0', (id) => `GET /${id}/a HTTP/1.0\r\n\r\n`);
  for (const [a, b] of [['h', 'h'], ['h', 'i'], ['h', ''], ['', 'h']]) add('host', `"${a}" and "${b}"`, (id) => `GET /${id}/a HTTP/1.1\r\nHost: ${a}\r\nhost: ${b}\r\n\r\n`);
  add('host', 'twice in HTTP/1.0', (id) => `GET /${id}/a HTTP/1.0\r\nHost: h\r\nHost: i\r\n\r\n`);
  add('host', 'X-Forwarded-Host and Host', (id) => get(id, 'X-Forwarded-Host: evil\r\nForwarded: host=evil\r\n'));
}

function paths(add) {
  const path = (text) => (id) => `GET /${id}/${text} HTTP/1.1\r\nHost: h\r\n\r\n`;
  for (const text of ['a%2fb', 'a%2Fb', '%2e', '%2e%2e', '%2e%2e/b', '.%2e/b', '../b', './b', 'b/..', '..;/b', '..;a=b/b', '%2e%2e;/b', 'a//b', '/a', 'a%00', 'a%00.css', '%c0%ae%c0%ae/b', '%c0%af', '%e0%80%af', '%u002f', '%', '%2', '%zz', '%252e%252e/b', '%25', '\\..\\b',
    '%5c..%5cb', '%0d%0aX:%20y', '%0a', '%20', 'a%7f', '%ed%a0%80', 'caf%C3%A9', 'caf\xc3\xa9', '...', '.well-known/x', 'a;b=c', 'a;b=c/d', 'a+b', 'A', 'a%41', 'a/']) {
    add('path', shown(text), path(text));
  }
  for (const sign of PUNCTUATION) add('path', `sign ${sign}`, path(`a${sign}b`));
  for (const code of CONTROLS) add('path', `sign "${shown(code)}"`, path(`a${code}b`));
}

function connections(add) {
  for (const value of ['close', 'keep-alive', 'close, keep-alive', 'keep-alive, close', 'CLOSE', 'x', '', 'Content-Length', 'Transfer-Encoding', 'Host', 'close\r\nConnection: keep-alive']) {
    add('connection', shown(value), (id) => post(id, `Connection: ${value}\r\nContent-Length: 5\r\n`, 'hello'));
    add('connection', `${shown(value)} with chunks`, (id) => post(id, `Connection: ${value}\r\nTransfer-Encoding: chunked\r\n`, CHUNKED));
  }
  for (const lines of ['Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__', 'Upgrade: x', 'Connection: Upgrade']) {
    add('connection', shown(lines).slice(0, 50), (id) => get(id, `${lines}\r\n`));
  }
  for (const value of ['100-continue', '100-Continue', '200-ok', '100-continue, x', '']) {
    add('connection', `Expect: ${value}`, (id) => post(id, `Expect: ${value}\r\nContent-Length: 5\r\n`, 'hello'));
    add('connection', `Expect: ${value} without a body`, (id) => get(id, `Expect: ${value}\r\n`));
  }
  for (const method of ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'PUT', 'PATCH']) {
    add('connection', `${method} with a length`, (id) => post(id, 'Content-Length: 5\r\n', 'hello').replace('POST', method));
    add('connection', `${method} with chunks`, (id) => post(id, 'Transfer-Encoding: chunked\r\n', CHUNKED).replace('POST', method));
  }
  add('connection', 'POST without a length', (id) => post(id, '', ''));
  add('connection', 'a length of 0 and a hidden request', (id) => post(id, 'Content-Length: 0\r\n', HIDDEN(id)));
  add('connection', 'a request inside a body', (id) => post(id, `Content-Length: ${HIDDEN(id).length}\r\n`, HIDDEN(id)));
  add('connection', 'three in a row', (id) => get(id) + post(id, 'Content-Length: 5\r\n', 'hello') + get(id));
  add('connection', 'a wrong one in the middle', (id) => get(id) + get(id, 'X : y\r\n') + get(id));
  add('connection', 'another version in the middle', (id) => get(id) + get(id).replace('HTTP/1.1', 'HTTP/1.0') + get(id));
  add('connection', 'HTTP/1.0 that stays', (id) => get(id, 'Connection: keep-alive\r\n').replace('HTTP/1.1', 'HTTP/1.0'));
  add('connection', 'HTTP/1.0 with a body', (id) => post(id, 'Content-Length: 5\r\nConnection: keep-alive\r\n', 'hello').replace('HTTP/1.1', 'HTTP/1.0'));
  add('connection', 'X-HTTP-Method-Override', (id) => get(id, 'X-HTTP-Method-Override: DELETE\r\n'));
  add('connection', 'a body that does not come', (id) => post(id, 'Content-Length: 1000\r\n', 'hello'));
}
