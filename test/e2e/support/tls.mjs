// A certificate authority that exists for one test, and a certificate of it for loopback.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder } from './ending.mjs';

const openssl = (folder, ...args) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

// { caFile, certificateFile, keyFile } and what is in them: { ca, certificate, key }.
export function makeCertificates(t, { names = ['IP:127.0.0.1', 'DNS:localhost'] } = {}) {
  const folder = temporaryFolder(t, 'tls');
  openssl(folder, 'req', '-x509', ...KEY, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Lanyard test authority',
    '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign');
  openssl(folder, 'req', '-x509', '-CA', 'ca.pem', '-CAkey', 'ca.key', ...KEY, '-keyout', 'server.key', '-out', 'server.pem', '-days', '2',
    '-subj', '/CN=localhost', '-addext', 'basicConstraints=critical,CA:FALSE', '-addext', `subjectAltName=${names.join(',')}`);
  const file = (name) => join(folder, name);
  const read = (name) => readFileSync(file(name), 'utf8');
  return {
    caFile: file('ca.pem'), certificateFile: file('server.pem'), keyFile: file('server.key'),
    ca: read('ca.pem'), certificate: read('server.pem'), key: read('server.key'),
  };
}
