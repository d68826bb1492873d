// What the Worker costs a request next to a gateway written by hand, on one workerd, in front of one provider on loopback: all
// in one run, in rounds taken in turn. Bounded: some two minutes. Times drift from machine to machine; ratios are what to read.
//
//   npm run build && node benches/gateway.mjs

import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ductape from 'ductape-models';
import { generateTokenKey, mintToken } from 'ductape-models/gateway';
import { generateAdminKey } from '../worker/dev/secrets.mjs';
import { startGateways } from './gateway/workerd.mjs';

const ROUNDS = 7;
const CALLS = 150;
const STREAMS = 40;
const CONNECTIONS = 32;
const LOAD_MS = 1500;
const TAG = 'bench';
const API_KEY = 'sk-bench-0123456789abcdef';
const MESSAGES = [{ role: 'user', content: 'Where is my order?' }];

const folder = await mkdtemp(join(tmpdir(), 'bench-gateway-'));
const secrets = { PRODUCT_KEY: Ductape.generateKey(), ADMIN_KEY: generateAdminKey(), TOKEN_KEY: generateTokenKey() };
const upstream = fork(join(dirname(fileURLToPath(import.meta.url)), 'gateway/upstream.mjs'), { silent: true });
const port = await new Promise((done) => upstream.stdout.once('data', (text) => done(Number(text))));
const { urls, pid, stop } = await startGateways(folder, secrets);
try {
  await prepare();
  const token = await mintToken({
    key: secrets.TOKEN_KEY,
    product: 'shop',
    env: 'prd',
    models: [TAG],
    expiresInSeconds: 3600,
  });
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}`,
  );
  for (const kind of ['store', 'memory']) await compare(kind, token);
} finally {
  stop();
  upstream.disconnect();
  await rm(folder, { recursive: true, force: true });
}

/** The same model for both. */
async function prepare() {
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  const envs = [{ slug: 'prd', baseUrl, apiKey: API_KEY }];
  const model = { tag: TAG, name: TAG, provider: 'custom', model: 'm', temperature: 0.3, envs };
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${secrets.ADMIN_KEY}` };
  const made = await fetch(`${urls['ours-store']}/v1/admin/models?product=shop`, {
    method: 'POST',
    headers,
    body: JSON.stringify(model),
  });
  if (made.status !== 201) throw new Error(await made.text());
  const settings = JSON.stringify({ baseUrl, apiKey: API_KEY, model: 'm', temperature: 0.3 });
  await fetch(`${urls['hand-store']}/settings/${TAG}`, { method: 'PUT', body: settings });
}

/** Settings read from the object for every call, or remembered. */
async function compare(kind, token) {
  const whole = JSON.stringify({ model: TAG, messages: MESSAGES });
  const stream = JSON.stringify({ model: TAG, messages: MESSAGES, stream: true });
  const targets = {
    direct: `http://127.0.0.1:${port}/v1/chat/completions`,
    hand: `${urls[`hand-${kind}`]}/v1/chat/completions`,
    ours: `${urls[`ours-${kind}`]}/v1/chat/completions`,
  };
  const callers = Object.entries(targets).map(([name, url]) => [name, caller(url, token)]);
  for (const [, { call, first }] of callers) {
    for (let at = 0; at < 200; at += 1) await call(whole);
    for (let at = 0; at < 20; at += 1) await first(stream);
  }
  const seen = Object.fromEntries(callers.map(([name]) => [name, { calls: [], firsts: [], rates: [], spent: [] }]));
  for (let round = 0; round < ROUNDS; round += 1) {
    const order = round % 2 === 0 ? callers : callers.toReversed();
    for (const [name, { call }] of order)
      for (let at = 0; at < CALLS; at += 1) seen[name].calls.push(await call(whole));
    for (const [name, { first }] of order)
      for (let at = 0; at < STREAMS; at += 1) seen[name].firsts.push(await first(stream));
    for (const [name, { call }] of order) {
      const { rate, spent } = await load(() => call(whole));
      seen[name].rates.push(rate);
      seen[name].spent.push(spent);
    }
  }
  report(kind, seen);
  for (const [, { close }] of callers) close();
}

function report(kind, { direct, hand, ours }) {
  const base = percentile(direct.calls, 50);
  const added = (of, share) => percentile(of.calls, share) - base;
  const rate = (of) => percentile(of.rates, 50);
  const first = (of) => percentile(of.firsts, 50);
  const rows = [
    ['requests a second, 32 connections', rate(direct), rate(hand), rate(ours), rate(ours) / rate(hand)],
    [
      'CPU of workerd a request, ms',
      0,
      percentile(hand.spent, 50),
      percentile(ours.spent, 50),
      percentile(ours.spent, 50) / percentile(hand.spent, 50),
    ],
    ['added p50, one connection, ms', base, added(hand, 50), added(ours, 50), added(ours, 50) / added(hand, 50)],
    [
      'added p99, one connection, ms',
      percentile(direct.calls, 99),
      added(hand, 99),
      added(ours, 99),
      added(ours, 99) / added(hand, 99),
    ],
    ['first byte of a stream, p50, ms', first(direct), first(hand), first(ours), first(ours) - first(hand)],
  ];
  console.log(
    `\nsettings from the ${kind === 'store' ? 'Durable Object for every call' : 'isolate’s memory, at most 60 s old'}`,
  );
  console.log('| | direct (as it is) | by hand | ours | ours to hand |\n|---|---|---|---|---|');
  for (const [name, ...figures] of rows) {
    const last = name.startsWith('first')
      ? `${figures[3] >= 0 ? '+' : ''}${figures[3].toFixed(2)} ms`
      : `${figures[3].toFixed(2)}x`;
    console.log(`| ${name} | ${figures.slice(0, 3).map(shown).join(' | ')} | ${last} |`);
  }
}

/** Calls over connections that stay open, each timed in milliseconds. */
function caller(url, token) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const send = (body, until) =>
    new Promise((done, reject) => {
      const start = performance.now();
      const sent = request(url, {
        method: 'POST',
        agent,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      });
      sent.on('error', reject);
      sent.on('response', (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`${url}: ${answer.statusCode}`));
        let text = '';
        let at;
        answer.setEncoding('utf8');
        answer.on('error', reject);
        answer.on('data', (part) => {
          text += part;
          if (at === undefined && text.includes(until)) at = performance.now() - start;
        });
        answer.on('end', () => (at === undefined ? reject(new Error(`${url}: no ${until}`)) : done(at)));
      });
      sent.end(body);
    });
  return {
    call: (body) => send(body, 'Hello there.'),
    first: (body) => send(body, 'Hello'),
    close: () => agent.destroy(),
  };
}

/** Requests a second with all connections busy, and workerd's CPU milliseconds for each. */
async function load(call) {
  const [start, cpu] = [performance.now(), cpuMs()];
  let count = 0;
  const one = async () => {
    while (performance.now() - start < LOAD_MS) {
      await call();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  return { rate: (count * 1000) / (performance.now() - start), spent: (cpuMs() - cpu) / count };
}

/** CPU time of workerd so far, where the system tells it: in ticks of 10 ms. */
function cpuMs() {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}

function percentile(list, share) {
  const sorted = list.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * share) / 100))];
}

function shown(figure) {
  return figure >= 100 ? String(Math.round(figure)) : figure.toFixed(2);
}
