// A site whose surroundings are broken: a member with a session at an application's gate, a token, and what they are told.

import { adminTokenFile, ask, startSite } from '../../e2e/support/site.mjs';

export async function startFaultySite(t, options = {}) {
  const { lanyard, provider } = await startSite(t, options);
  const { token, client } = await adminTokenFile(lanyard, provider);
  let count = 0;
  const bearer = { authorization: `Bearer ${token}` };
  return {
    lanyard, provider, token, ada: client,
    // A change that is acknowledged, or not: { status, headers, text, id, email }.
    async write(at = lanyard.url, { seconds = 20 } = {}) {
      const email = `somebody-${++count}-${process.pid}@example.net`;
      const began = Date.now();
      const answer = await fetch(`${at}/api/v1/accounts`, {
        method: 'POST', headers: { ...bearer, 'content-type': 'application/json' }, body: JSON.stringify({ email }),
        signal: AbortSignal.timeout(seconds * 1000),
      });
      const text = await answer.text();
      const id = answer.status === 201 ? JSON.parse(text).id : undefined;
      return { status: answer.status, headers: answer.headers, text, id, email, took: Date.now() - began };
    },
    async read(at = lanyard.url) {
      const began = Date.now();
      const answer = await fetch(`${at}/api/v1/me`, { headers: bearer, signal: AbortSignal.timeout(20_000) });
      await answer.text();
      return { status: answer.status, headers: answer.headers, took: Date.now() - began };
    },
    // What the proxy hears about the administrator's token.
    async gate(at = lanyard) {
      const began = Date.now();
      const answer = await ask(at, { application: 'wiki', token });
      return { status: answer.status, rule: answer.headers['x-lanyard-rule'], retry: answer.headers['retry-after'], took: Date.now() - began };
    },
    async ready(at = lanyard) {
      const answer = await fetch(`${at.operationsUrl}/readyz`, { signal: AbortSignal.timeout(20_000) });
      return { status: answer.status, ...(await answer.json()) };
    },
    // Everybody who is on the list.
    async accounts() {
      const all = [];
      for (let cursor = ''; cursor !== null; ) {
        const answer = await fetch(`${lanyard.url}/api/v1/accounts?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`, { headers: bearer });
        const page = await answer.json();
        all.push(...page.items);
        cursor = page.next_cursor;
      }
      return all;
    },
    async isThere(id) {
      const answer = await fetch(`${lanyard.url}/api/v1/accounts/${id}`, { headers: bearer });
      await answer.text();
      return answer.status === 200;
    },
    async verifies() {
      const { code, stdout, stderr } = await lanyard.run('journal', 'verify');
      if (code !== 0) throw new Error(stdout + stderr);
    },
  };
}
