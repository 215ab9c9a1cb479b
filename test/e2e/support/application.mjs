// An application that knows nothing of logins: it shows the headers that reached it, as JSON or as a page.

import { createServer } from 'node:http';

import { atEnd } from './ending.mjs';

const escape = (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

export async function startApplication(t, { host = '127.0.0.1', name = 'application' } = {}) {
  const requests = []; // {method, path, headers: [[name, value], …] as received, duplicates included}
  const server = createServer((request, response) => {
    const headers = [];
    for (let at = 0; at < request.rawHeaders.length; at += 2) headers.push([request.rawHeaders[at], request.rawHeaders[at + 1]]);
    const seen = { application: name, method: request.method, path: request.url, headers };
    requests.push(seen);
    request.resume();
    if (/\bjson\b/.test(request.headers.accept ?? '') || request.url.startsWith('/json')) {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(seen));
      return;
    }
    const rows = headers.map(([key, value]) => `<dt>${escape(key.toLowerCase())}<dd data-header="${escape(key.toLowerCase())}">${escape(value)}`);
    response.setHeader('content-type', 'text/html; charset=utf-8').end(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escape(name)}</title><link rel="icon" href="data:,">` +
        `<h1>${escape(name)}</h1><p>${request.method} ${escape(request.url)}</p><dl>${rows.join('')}</dl></html>`,
    );
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, host, resolve));
  const { port } = server.address();
  atEnd(t, () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://${host}:${port}`,
    port,
    requests,
    get last() {
      return requests.at(-1);
    },
    // Every value that the last request had for this header.
    header(wanted) {
      return requests.at(-1).headers.filter(([key]) => key.toLowerCase() === wanted.toLowerCase()).map(([, value]) => value);
    },
  };
}
