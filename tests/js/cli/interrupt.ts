// Ctrl-C during long work: the hundred records under way are finished, nothing is lost, and a second run ends it.

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
}
