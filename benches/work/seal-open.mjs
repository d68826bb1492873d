// One key of 100 bytes sealed, and one opened. The package seals and opens only as part of what it does, so both are taken as
// differences: models with keys created less the same without, and keys looked into by `doctor` less records only read.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import Ductape from 'ductape-models';

import { measured } from '../lib/measure.mjs';

const ENVS = 20;
const SECRET = 'sk-'.padEnd(100, '0123456789abcdef');
const bytes = new TextEncoder().encode(SECRET);

export const name = 'seal-open';
export const title = 'Seal and open a key of 100 bytes';
export const unit = 'us for both';
export const cases = [''];

export async function rows(_case, { peersFlag }, rounds) {
  const own = await ours();
  const known = peersFlag === 'none' ? [] : [{ name: 'node:crypto, AES-GCM', work: byNode(), expected: SECRET }];
  const hand = {
    name: 'hand',
    work: await byWebCrypto(),
    expected: SECRET,
    note: 'AES-GCM of WebCrypto, key imported once',
  };
  const all = await measured([hand, ...known, ...own], rounds);
  const [bare, sealed, read, opened] = all.splice(-own.length);
  const [seal, open] = [difference(sealed, bare), difference(opened, read)];
  const both = {
    median: seal.median + open.median,
    cpu: seal.cpu + open.cpu,
    spread: Math.max(sealed.spread, opened.spread),
  };
  return [
    ...all,
    row('ours', both, all[0], { budget: { most: 25, unit: 'us' }, note: 'with key derivation and fingerprint' }),
    row('ours, seal alone', { ...seal, spread: sealed.spread }, all[0]),
    row('ours, open alone', { ...open, spread: opened.spread }, all[0]),
  ];
}

function difference(more, less) {
  return { median: more.median - less.median, cpu: more.cpu - less.cpu };
}

function row(name, figures, hand, more) {
  return { name, ...figures, ratio: figures.median / hand.median, cpuRatio: figures.cpu / hand.cpu, ...more };
}

async function byWebCrypto() {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const decoder = new TextDecoder();
  return async () => {
    const how = { name: 'AES-GCM', iv: crypto.getRandomValues(new Uint8Array(12)) };
    const sealed = await crypto.subtle.encrypt(how, key, bytes);
    return decoder.decode(await crypto.subtle.decrypt(how, key, sealed));
  };
}

function byNode() {
  const key = randomBytes(32);
  return () => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    const sealed = [cipher.update(bytes), cipher.final()];
    const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(cipher.getAuthTag());
    return Buffer.concat([...sealed.map((part) => decipher.update(part)), decipher.final()]).toString();
  };
}

async function ours() {
  const ductape = new Ductape({ product: 'shop', env: 'e0' });
  const envs = (fields) =>
    Array.from({ length: ENVS }, (_, at) => ({ slug: `e${at}`, baseUrl: 'https://llm.example', ...fields }));
  const model = (fields) => ({ tag: 'bench', name: 'Bench', provider: 'custom', model: 'm', envs: envs(fields) });
  const made = async (fields) => {
    await ductape.model.create(model(fields));
    await ductape.model.delete({ tag: 'bench' });
  };
  const kept = new Ductape({ product: 'shop', env: 'e0' });
  await kept.model.create(model({ apiKey: SECRET }));
  const of = (name, work) => ({ name, work, per: ENVS });
  return [
    of('created without keys', () => made({})),
    of('created with keys', () => made({ apiKey: SECRET })),
    of('read', async () => void (await kept.keys.doctor())),
    of('read and opened', async () => void (await kept.keys.doctor({ deep: true }))),
  ];
}
