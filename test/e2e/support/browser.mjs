// Debian's Chromium. A page that violates its own content security policy, or whose script fails, fails the test.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

import { atEnd } from './ending.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

export async function startBrowser(t) {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  if (!executablePath) throw new Error('There is no Chromium: tools/install-packages e2e');
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const heard = [];
  // Chromium also reports pages that were answered with 403 or 404, which tests look at themselves. Which address was a page
  // is known only later: the complaint may come before the answer.
  const ours = ({ failed, documents }) => !documents.has(failed) && !failed?.endsWith('/favicon.ico');
  const complaints = () => heard.filter(ours).map(({ text }) => text);
  atEnd(t, async () => {
    await browser.close();
    if (complaints().length > 0) throw new Error(`The browser complained:\n${complaints().join('\n')}`);
  });
  return {
    browser,
    complaints,
    // For a test that provokes one: gives what there was, and forgets it.
    forgive() {
      const all = complaints();
      heard.length = 0;
      return all;
    },
    // A page with cookies of its own.
    async newPage({ javaScript = true, width = 1024, height = 768, dark = false, ...options } = {}) {
      const context = await browser.newContext({
        javaScriptEnabled: javaScript,
        viewport: { width, height },
        colorScheme: dark ? 'dark' : 'light',
        locale: 'en-GB',
        timezoneId: 'UTC',
        ...options,
      });
      context.setDefaultTimeout(15_000);
      const page = await context.newPage();
      watch(page, heard);
      context.on('page', (opened) => watch(opened, heard));
      return page;
    },
  };
}

const watched = new WeakSet();

function watch(page, heard) {
  if (watched.has(page)) return;
  watched.add(page);
  const documents = new Set();
  page.on('response', (response) => {
    if (response.request().isNavigationRequest()) documents.add(response.url());
  });
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const failed = message.text().startsWith('Failed to load resource') ? message.location().url : undefined;
    heard.push({ text: `${page.url()}: ${message.text()}`, failed, documents });
  });
  page.on('pageerror', (fault) => heard.push({ text: `${page.url()}: ${fault.message}`, documents }));
}

// build/screenshots/NAME.png, the whole page.
export async function screenshot(page, name) {
  const folder = join(ROOT, 'build', 'screenshots');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  return path;
}

let axe;

// What axe-core finds wrong with the page under WCAG 2.0 to 2.2 A and AA; needs JavaScript.
export async function accessibilityFaults(page) {
  axe ??= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const { violations } = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: { type: 'tag', values } }), tags);
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
}
