// A small client that hides nothing: it follows no redirect by itself, keeps cookies like a browser, and can send any bytes.

import http from 'node:http';
import https from 'node:https';
import { connect } from 'node:net';

export class Response {
  constructor(url, message, body) {
    this.url = url;
    this.status = message.statusCode;
    this.headers = message.headers; // names in lower case; set-cookie is a list
    this.rawHeaders = message.rawHeaders;
    this.body = body;
  }
  get text() {
    return this.body.toString('utf8');
  }
  get json() {
    return JSON.parse(this.text);
  }
  // Where a redirect leads, as a full URL; undefined when it is none.
  get location() {
    return this.headers.location === undefined ? undefined : new URL(this.headers.location, this.url).href;
  }
  // The forms of the page, for tests that press buttons without a browser.
  get forms() {
    return [...this.text.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, head, inside]) => {
      const form = attributes(head);
      const inputs = [...inside.matchAll(/<(?:input|button)\b([^>]*)>/gi)].map(([, text]) => attributes(text));
      const fields = inputs.filter((input) => input.name !== undefined && input.type !== 'submit');
      return {
        action: new URL(form.action ?? '', this.url).href,
        method: (form.method ?? 'get').toUpperCase(),
        fields: Object.fromEntries(fields.map((input) => [input.name, input.value ?? ''])),
        buttons: inputs.filter((input) => input.type === 'submit'),
      };
    });
  }
}

function attributes(text) {
  const found = {};
  for (const [, name, double, single, bare] of text.matchAll(/([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g)) {
    found[name.toLowerCase()] = unescape(double ?? single ?? bare ?? '');
  }
  return found;
}

function unescape(text) {
  const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(parseInt(hex, 16));
    if (decimal) return String.fromCodePoint(Number(decimal));
    return named[name] ?? all;
  });
}

export class Client {
  constructor({ ca } = {}) {
    this.cookies = []; // {name, value, host, path, secure, httpOnly, sameSite, expires}
    this.ca = ca;
  }

  get(url, options = {}) {
    return this.request('GET', url, options);
  }

  // `form` or `json` gives the body and its type.
  post(url, options = {}) {
    return this.request('POST', url, options);
  }

  request(method, url, { headers = {}, form, json, body } = {}) {
    const target = new URL(url);
    const sent = { ...headers };
    if (form) {
      body = new URLSearchParams(form).toString();
      sent['content-type'] ??= 'application/x-www-form-urlencoded';
    }
    if (json !== undefined) {
      body = JSON.stringify(json);
      sent['content-type'] ??= 'application/json';
    }
    const cookie = this.cookieHeader(target);
    if (cookie && sent.cookie === undefined) sent.cookie = cookie;
    if (body !== undefined) sent['content-length'] ??= Buffer.byteLength(body);
    const { request } = target.protocol === 'https:' ? https : http;
    return new Promise((resolve, reject) => {
      const sending = request(target, { method, headers: sent, agent: false, ca: this.ca, timeout: 30_000 }, (message) => {
        const parts = [];
        message.on('data', (part) => parts.push(part));
        message.once('error', reject);
        message.once('end', () => {
          for (const line of message.headers['set-cookie'] ?? []) this.keep(target, line);
          resolve(new Response(target.href, message, Buffer.concat(parts)));
        });
      });
      sending.once('timeout', () => sending.destroy(new Error(`${method} ${url}: no answer within 30 s`)));
      sending.once('error', reject);
      sending.end(body);
    });
  }

  // Goes where the redirects lead until `stop(url)` says that the next address is the one to stay before, or a page comes.
  async follow(response, stop = () => false) {
    for (let step = 0; response.location !== undefined && response.status >= 300 && response.status < 400; ++step) {
      if (stop(response.location)) return response;
      if (step === 20) throw new Error(`More than 20 redirects, the last one to ${response.location}`);
      response = await this.get(response.location);
    }
    return response;
  }

  // Presses a button of a form: button is one of form.buttons, or absent.
  submit(form, { fields = {}, button, headers = {} } = {}) {
    const all = { ...form.fields, ...(button?.name ? { [button.name]: button.value ?? '' } : {}), ...fields };
    headers = { origin: new URL(form.action).origin, 'sec-fetch-site': 'same-origin', ...headers };
    return this.request(form.method, form.action, { form: all, headers });
  }

  keep(url, line) {
    const [pair, ...rest] = line.split(';').map((part) => part.trim());
    const cut = pair.indexOf('=');
    const options = Object.fromEntries(rest.map((part) => part.split('=')).map(([name, value]) => [name.toLowerCase(), value ?? '']));
    const expires = options['max-age'] !== undefined ? Date.now() + Number(options['max-age']) * 1000 : Date.parse(options.expires ?? '');
    const cookie = {
      name: pair.slice(0, cut),
      value: pair.slice(cut + 1),
      host: url.hostname,
      path: options.path || '/',
      secure: 'secure' in options,
      httpOnly: 'httponly' in options,
      sameSite: options.samesite?.toLowerCase(),
      domain: options.domain,
      expires,
    };
    const same = (other) => other.name === cookie.name && other.host === cookie.host && other.path === cookie.path;
    this.cookies = this.cookies.filter((other) => !same(other));
    if (!(expires <= Date.now())) this.cookies.push(cookie);
  }

  cookie(name) {
    return this.cookies.find((cookie) => cookie.name === name);
  }

  // Secure cookies go to loopback addresses over http too, as browsers do.
  cookieHeader(url) {
    const trustworthy = url.protocol === 'https:' || /^(127\.|localhost$|\[::1\]$)/.test(url.hostname);
    return this.cookies
      .filter((cookie) => cookie.host === url.hostname && (!cookie.secure || trustworthy))
      .filter((cookie) => url.pathname === cookie.path || url.pathname.startsWith(cookie.path.replace(/\/?$/, '/')))
      .map((cookie) => `${cookie.name}=${cookie.value}`)
      .join('; ');
  }
}

// Writes these bytes to the server and gives everything that it answers until it closes, or until `seconds` are over:
// for requests that a proper client refuses to make.
export function rawRequest(port, bytes, { host = '127.0.0.1', seconds = 5 } = {}) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host);
    const parts = [];
    socket.setTimeout(seconds * 1000, () => socket.destroy());
    socket.on('data', (part) => parts.push(part));
    socket.once('error', (fault) => (parts.length > 0 ? resolve(Buffer.concat(parts).toString('latin1')) : reject(fault)));
    socket.once('close', () => resolve(Buffer.concat(parts).toString('latin1')));
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  });
}
