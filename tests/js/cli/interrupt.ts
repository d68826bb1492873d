// Ctrl-C during long work: the hundred records under way are finished, nothing is lost, and a second run ends it.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { listenFor } from '../edge/node-server.js';
import { equal, has } from './checks.js';
import type { Stage } from './run.js';
import { runOne } from './shell.js';

const RECORDS = 250;

/** The cases. */
export async function interruptCases({ test, library, storage, place: at }: Stage): Promise<void> {
  await test('Ctrl-C stops a rekey between two pages, and another run ends it', async () => {
    const { default: Ductape } = library;
    const [old, fresh] = [Ductape.generateKey(), Ductape.generateKey()];
    const inner = storage.memoryStorage();
    const before = new Ductape({ product: 'shop', privateKey: old, storage: inner });
    for (let i = 0; i < RECORDS; i += 1) {
      const envs = [{ slug: 'dev', apiKey: 'sk-canary-interrupt-0000001' }];
      await before.model.create({ tag: `m${i}`, name: 'M', provider: 'openai', model: 'gpt-4.1', envs });
    }
    const server = await listenFor(async (request) => {
      // Long enough for a signal to arrive while a page is under way.
      if (request.method === 'PUT') await new Promise((resolve) => setTimeout(resolve, 4));
      return (await storage.serveStorage(inner, request as never)) as Response;
    });
    try {
      const place = at('interrupt');
      const env = { DUCTAPE_STORE: server.url, DUCTAPE_PRIVATE_KEY: fresh, DUCTAPE_OTHER_KEYS: old };
      let isSent = false;
      const stopped = await runOne(place, ['keys', 'rekey', '--progress'], {
        env,
        onError(stderr, child) {
          if (isSent || !stderr.includes('100 records')) return;
          isSent = true;
          child.kill('SIGINT');
        },
      });
      equal([isSent, stopped.code, stopped.stdout], [true, 130, '']);
      has(stopped.stderr, 'aborted: ');
      has(stopped.stderr, 'run it again to go on');

      const both = new Ductape({ product: 'shop', privateKey: { primary: fresh, others: [old] }, storage: inner });
      const { keys, healthy } = await both.keys.doctor({ deep: true });
      equal(healthy, true);
      const moved = keys.find(({ role }) => role === 'primary')?.records ?? 0;
      equal([moved >= 100, moved < RECORDS], [true, true]);

      const ended = await runOne(place, ['keys', 'rekey', '--json'], { env });
      const { scanned, rewrapped, already, complete } = JSON.parse(ended.stdout);
      equal([ended.code, ended.stderr], [0, '']);
      equal(
        { scanned, rewrapped, already, complete },
        {
          scanned: RECORDS,
          rewrapped: RECORDS - moved,
          already: moved,
          complete: true,
        },
      );
    } finally {
      await server.stop();
    }
  });

  await test('Ctrl-C stops an apply between two models, and another run ends it', async () => {
    const inner = storage.memoryStorage();
    const place = at('interrupt-apply');
    const models = Array.from({ length: 40 }, (_, i) => {
      return { tag: `m${i}`, name: 'M', provider: 'openai', model: 'gpt-4.1', envs: [{ slug: 'dev', keyRef: 'k' }] };
    });
    writeFileSync(join(place.folder, 'models.json'), JSON.stringify({ models }));
    let puts = 0;
    let reached: () => void = () => undefined;
    const server = await listenFor(async (request) => {
      if (request.method === 'PUT') {
        puts += 1;
        if (puts === 5) reached();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return (await storage.serveStorage(inner, request as never)) as Response;
    });
    try {
      const DUCTAPE_PRIVATE_KEY = library.default.generateKey();
      const env = { DUCTAPE_STORE: server.url, DUCTAPE_PRIVATE_KEY, DUCTAPE_PRODUCT: 'shop' };
      const args = ['apply', 'models.json', '--yes'];
      const stopped = await runOne(place, args, {
        env,
        onStart(child) {
          reached = () => child.kill('SIGINT');
        },
      });
      equal(stopped.code, 130);
      const written = Number(/stopped after (\d+) models; run it again to go on/.exec(stopped.stderr)?.[1]);
      equal([written >= 4, written < models.length, puts], [true, true, written]);
      has(stopped.stderr, 'aborted: ');
      const ended = await runOne(place, [...args, '--json'], { env });
      equal([ended.code, JSON.parse(ended.stdout).done.length], [0, models.length - written]);
    } finally {
      await server.stop();
    }
  });
}
