// The stores of a page in Chromium: the kit in one page, and what takes several: two tabs that count, a full disk, a reload, a
// database that is taken away, a browser that crashes.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';

import { CHROMIUM, demandChromium, quiet, serve } from './chromium.js';
import { close, install } from './installed.js';

/** The host resolves to loopback, and without TLS it is no secure context: such a page has no Web Locks. */
const INSECURE = 'insecure.test';
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
/** The form for proofs, `LONG=1`: 10,000 increments of two tabs. The kit's own long form takes hours here: `LONG=kit`. */
const LONG = process.env.LONG === '1' || process.env.LONG === 'kit';
const TIMES = LONG ? 5000 : 1000;
const LIMIT_MS = LONG ? 600_000 : 60_000;
/** Bytes that the page may use in the cases that fill it. */
const QUOTA = 64 * 2 ** 20;

demandChromium('page-stores');
const { folder, remove } = install();
const suite = await build({
  entryPoints: [resolve('tests/js/page-stores.ts')],
  bundle: true,
  format: 'esm',
  write: false,
  logLevel: 'warning',
});
const script = `import Ductape from '/dist/index.js';
import { indexedDbStorage } from '/dist/storage/indexeddb.js';
import { webStorage } from '/dist/storage/web-storage.js';
import { clientStorageCases, LONG_SIZES, storageCases } from '/dist/testing.js';
import { noise, pageCases } from '/suite.js';
const cases = pageCases({ Ductape, webStorage, indexedDbStorage, storageCases, clientStorageCases }, ${process.env.LONG === 'kit' ? 'LONG_SIZES' : '{}'});
globalThis.page = {
  Ductape,
  noise,
  names: cases.map(({ name }) => name),
  run: (index) => cases[index].run().then(() => null, (error) => String(error?.stack ?? error)),
  stores: { localStorage: () => webStorage(), IndexedDB: () => indexedDbStorage() },
  async increment(kind, times) {
    const store = this.stores[kind]();
    for (let done = 0; done < times; ) {
      const { value, etag } = await store.get('n');
      if (!('conflict' in await store.put('n', String(Number(value) + 1), { ifMatch: etag }))) done += 1;
    }
  },
};`;

const profile = mkdtempSync(join(tmpdir(), 'page-stores-'));
const tally = { passed: 0, failed: [] as string[] };
const site = await serve({ folder, page: script, suite: suite.outputFiles[0]?.text, policy: POLICY });
const { port } = site;
const origin = `http://127.0.0.1:${port}`;

let context = await launched();
try {
  await kit();
  for (const kind of ['localStorage', 'IndexedDB']) await tabs(kind);
  await databaseTakenAway();
  await quota();
  await outlives();
  await insecure();
} finally {
  await context.close();
  site.close();
  remove();
  rmSync(profile, { recursive: true, force: true });
}
close('page-stores', tally);

/** A browser with a profile on the disk. It is started anew after the tests that close or crash it. */
function launched(): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args: quiet(INSECURE) });
}

async function opened(at: string = origin): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', (error) => tally.failed.push(`a page threw ${error}`));
  // Kept open, for the browser drops a quota with the session that set it; opened late, for one of the blank page sets nothing.
  let session: CDPSession | undefined;
  await page.exposeFunction('setQuota', async (bytes?: number) => {
    session ??= await context.newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', { origin, ...(bytes !== undefined && { quotaSize: bytes }) });
  });
  await page.goto(`${at}/`);
  await page.waitForFunction('globalThis.page !== undefined');
  return page;
}

async function test(name: string, run: () => Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => refuse(new Error(`it took more than ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    await Promise.race([run(), limit]);
    tally.passed += 1;
  } catch (error) {
    tally.failed.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    clearTimeout(timer);
  }
}

function equal(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`expected ${b}, got ${a}`);
}

async function kit(): Promise<void> {
  const page = await opened();
  // Before the database is first used, since the browser then remembers how much room there is.
  await page.evaluate(`setQuota(${QUOTA})`);
  const names = (await page.evaluate('page.names')) as string[];
  for (const [index, name] of names.entries()) {
    await test(name, async () => {
      const failure = (await page.evaluate(`page.run(${index})`)) as string | null;
      if (failure !== null) throw new Error(failure);
    });
  }
  await page.close();
}

async function tabs(kind: string): Promise<void> {
  const [one, two] = [await opened(), await opened()];
  const on = (page: Page, code: string) =>
    page.evaluate(`(async () => { const store = page.stores.${kind}(); ${code} })()`);

  await test(`r30c two tabs that increment one counter lose nothing (${kind})`, async () => {
    await on(one, `await store.put('n', '0')`);
    await Promise.all([one, two].map((page) => page.evaluate(`page.increment('${kind}', ${TIMES})`)));
    for (const page of [one, two]) equal(await on(page, `return (await store.get('n')).value`), String(2 * TIMES));
  });

  await test(`r30c what one tab has had acknowledged, another reads (${kind})`, async () => {
    for (let round = 0; round < 50; round += 1) {
      await on(one, `await store.put('seen', '${round}')`);
      equal(await on(two, `return (await store.get('seen')).value`), String(round));
    }
    await on(two, `await store.delete('seen')`);
    equal(await on(one, `return await store.get('seen')`), null);
  });

  await test(`r30c of two tabs that create one key, one wins (${kind})`, async () => {
    for (let round = 0; round < 20; round += 1) {
      const create = `return 'etag' in await store.put('race-${round}', 'x', { ifMatch: null })`;
      const won = await Promise.all([on(one, create), on(two, create)]);
      equal(won.filter(Boolean).length, 1);
    }
  });

  await test(`r30 clients in two tabs that update one model lose no update (${kind})`, async () => {
    const key = await one.evaluate('page.Ductape.generateKey()');
    const client = `new page.Ductape({ product: 'shop', env: 'dev', privateKey: '${key}', storage: store })`;
    const model = `{ tag: 'a', name: 'A', provider: 'custom', model: 'm', envs: [{ slug: 'dev', baseUrl: 'https://llm.example' }] }`;
    await on(one, `await ${client}.model.create(${model})`);
    const updates = (name: string) => `const ductape = ${client};
      for (let done = 0; done < 20; ) {
        const envs = [{ slug: '${name}' + done, baseUrl: 'https://llm.example' }];
        const code = await ductape.model.update({ tag: 'a', envs }).then(() => null, (error) => error.code);
        if (code === null) done += 1;
        else if (code !== 'conflict') throw new Error(code);
      }`;
    await Promise.all([on(one, updates('one')), on(two, updates('two'))]);
    equal(await on(two, `return (await ${client}.model.fetch({ tag: 'a' })).envs.length`), 41);
  });

  await test(`a reload keeps what was put (${kind})`, async () => {
    await on(one, `await store.put('kept', 'x')`);
    await one.reload();
    await one.waitForFunction('globalThis.page !== undefined');
    equal(await on(one, `return (await store.get('kept')).value`), 'x');
  });
  await Promise.all([one.close(), two.close()]);
}

async function databaseTakenAway(): Promise<void> {
  const [one, two] = [await opened(), await opened()];
  await one.evaluate('globalThis.store = page.stores.IndexedDB()');
  const put = (value: string) =>
    one.evaluate(`store.put('k', '${value}').then(() => store.get('k')).then(({ value }) => value)`);
  const inTwo = (code: string) =>
    two.evaluate(`new Promise((done, refused) => {
      const request = ${code};
      request.onsuccess = () => { globalThis.kept = request.result; done('done'); };
      request.onblocked = () => refused(new Error('blocked'));
      request.onerror = () => refused(request.error);
    })`);

  await test('another tab may delete the database, and the store goes on in a new one', async () => {
    equal(await put('before'), 'before');
    equal(await inTwo(`indexedDB.deleteDatabase('ductape-models')`), 'done');
    equal(await one.evaluate(`store.get('k')`), null);
    equal(await put('after'), 'after');
  });

  await test('another tab may upgrade the database, and the store goes on in the new version', async () => {
    equal(await inTwo(`indexedDB.open('ductape-models', 5)`), 'done');
    equal(await put('upgraded'), 'upgraded');
    await two.evaluate('kept.close()');
  });

  await test('a connection that the browser closes is opened anew', async () => {
    const session = await context.newCDPSession(one);
    equal(await put('before'), 'before');
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
    equal(await put('after'), 'after');
    await session.detach();
  });

  await test('a database of another program is refused, not changed', async () => {
    const session = `new Promise((done) => { const request = indexedDB.open('foreign');
      request.onupgradeneeded = () => void request.result.createObjectStore('theirs');
      request.onsuccess = () => { request.result.close(); done(); }; })`;
    await two.evaluate(session);
    const code = `import('/dist/storage/indexeddb.js').then(({ indexedDbStorage }) => indexedDbStorage({ name: 'foreign' }).get('k'))
      .then(() => 'no error', (error) => error.code)`;
    equal(await two.evaluate(code), 'storage_error');
  });
  await Promise.all([one.close(), two.close()]);
}

async function quota(): Promise<void> {
  for (const [kind, limit] of [
    ['localStorage', undefined],
    ['IndexedDB', 8 * 2 ** 20],
  ] as const) {
    await test(`r63 a full ${kind} throws quota_exceeded, keeps every value, and takes more once there is room`, async () => {
      // A browser that has not used the database yet asks how much room there is.
      await context.close();
      context = await launched();
      const page = await opened();
      if (limit !== undefined) {
        await page.evaluate(`navigator.storage.estimate().then(({ usage }) => setQuota(usage + ${limit}))`);
      }
      const facts = await page.evaluate(`(async () => {
        const store = page.stores.${kind}();
        const value = page.noise(2 ** 20);
        let count = 0;
        let code;
        for (; code === undefined && count < 100; count += 1) {
          code = await store.put('full-' + count, value + count).then(() => undefined, (error) => error.code);
        }
        const isWhole = async (index) => (await store.get('full-' + index)).value === value + index;
        const kept = (await Promise.all(Array.from({ length: count - 1 }, (_, index) => isWhole(index)))).every(Boolean);
        const refused = await store.get('full-' + (count - 1));
        return { code, kept, refused, some: count > 2 };
      })()`);
      equal(facts, { code: 'quota_exceeded', kept: true, refused: null, some: true });
      if (limit !== undefined) await page.evaluate('setQuota()');
      const after = await page.evaluate(`(async () => {
        const store = page.stores.${kind}();
        for (const key of (await store.list('full-', { limit: 1000 })).keys) await store.delete(key);
        return 'etag' in await store.put('full-0', 'x'.repeat(2 ** 20));
      })()`);
      equal(after, true);
      await page.close();
    });
  }
}

async function outlives(): Promise<void> {
  const read = async (kind: string, key: string) => {
    const page = await opened();
    const value = await page.evaluate(`page.stores.${kind}().get('${key}').then((stored) => stored?.value ?? null)`);
    await page.close();
    return value;
  };
  const write = async (kind: string, key: string) => {
    const page = await opened();
    await page.evaluate(`page.stores.${kind}().put('${key}', 'x')`);
  };

  for (const kind of ['localStorage', 'IndexedDB']) {
    await test(`what was put outlives the browser (${kind})`, async () => {
      await write(kind, 'outlives');
      await context.close();
      context = await launched();
      equal(await read(kind, 'outlives'), 'x');
    });
  }

  await test('r63 what IndexedDB acknowledged outlives a crash of the browser', async () => {
    for (let round = 0; round < 3; round += 1) {
      await write('IndexedDB', `crash-${round}`);
      await crash();
      equal(await read('IndexedDB', `crash-${round}`), 'x');
    }
  });
}

async function crash(): Promise<void> {
  const gone = new Promise<void>((done) => context.once('close', () => done()));
  const page = context.pages()[0] ?? (await context.newPage());
  const session = await context.newCDPSession(page);
  // Whether a command that ends the browser is ever answered differs between versions of Playwright.
  session.send('Browser.crash').catch(() => undefined);
  await gone;
  context = await launched();
}

async function insecure(): Promise<void> {
  await test('r30c without Web Locks localStorage declares no compare-and-set, and works in one tab', async () => {
    const page = await opened(`http://${INSECURE}:${port}`);
    const facts = await page.evaluate(`(async () => {
      const store = page.stores.localStorage();
      await store.put('n', '0');
      await page.increment('localStorage', 20);
      return [isSecureContext, navigator.locks === undefined, store.capabilities.cas, (await store.get('n')).value];
    })()`);
    equal(facts, [false, true, false, '20']);
    await page.close();
  });
}
