// `keys ...`: product keys are made, changed and looked after.

import type { Diagnosis, Rekeyed } from '../types.js';
import { type Command, PLACE } from './call.js';
import { EXIT, UsageError } from './exit.js';
import { writePrivate } from './files.js';
import { client, library, sealing } from './library.js';
import { show } from './models-read.js';
import { interruptible, PROGRESS, Progress } from './progress.js';
import { keepSecret, print, printJson, printKey, say } from './screen.js';
import { pairs, table } from './table.js';

const WHOLE = { ...PLACE, product: { value: 'product', text: 'only this one; default: the whole store' } };

const generate: Command = {
  name: 'keys generate',
  summary: 'Make a product key, or a sealing pair',
  more:
    'The key is printed to stdout and kept nowhere: pipe it into a secret store, or into a file with --out. A sealing\n' +
    'pair is two keys: the public one seals API keys and opens none; the private one opens them, beside a product key.\n' +
    'With --out the private one goes into the file and the public one to stdout.',
  options: {
    sealing: { text: 'make a sealing pair' },
    out: { value: 'file', text: 'write the key into a new file that only you can read' },
  },
  examples: ['keys generate --out ~/.ductape.key', 'keys generate | vault kv put secret/shop ductape=-'],
  async run(call) {
    const pair = call.has('sealing') ? await (await sealing()).generateSealingKey() : undefined;
    const key = pair?.privateKey ?? (await library()).default.generateKey();
    const file = call.text('out');
    if (file === '') throw new UsageError('--out needs the name of a file');
    if (file !== undefined) {
      keepSecret(key);
      await writePrivate(file, `${key}\n`);
      if (call.json) printJson({ file, ...(pair === undefined ? {} : { publicKey: pair.publicKey }) });
      else if (pair !== undefined) print(pair.publicKey);
      say(`the ${pair === undefined ? 'product key' : 'private key'} is in ${file}, which only you can read`);
      return EXIT.ok;
    }
    if (call.json) printKey(JSON.stringify(pair ?? { privateKey: key }));
    else if (pair === undefined) printKey(key);
    else printKey(`DUCTAPE_PUBLIC_KEY=${pair.publicKey}\nDUCTAPE_SEALING_KEYS=${key}`);
    if (process.stdout.isTTY) say('shown this once: keep it where your platform keeps secrets');
    return EXIT.ok;
  },
};

const rekey: Command = {
  name: 'keys rekey',
  summary: 'Seal everything anew with the primary key',
  more:
    'After a new key was added to every ring (DUCTAPE_OTHER_KEYS) and made the primary one in all of them. It may be\n' +
    'stopped at any moment and run again; Ctrl-C stops it after the hundred records that it is at.',
  options: {
    ...WHOLE,
    ...PROGRESS,
    limit: { value: 'records', text: 'stop after this many' },
    cursor: { value: 'cursor', text: 'go on where an earlier run stopped' },
  },
  async run(call) {
    const limit = call.text('limit');
    if (limit !== undefined && !/^[1-9]\d*$/.test(limit)) throw new UsageError('--limit needs a number of records');
    const ductape = await client(call);
    const progress = new Progress(call);
    let last: Rekeyed | undefined;
    const product = call.text('product');
    const cursor = call.text('cursor');
    try {
      const result = await interruptible((signal) =>
        ductape.keys.rekey({
          ...(product === undefined ? {} : { product }),
          ...(limit === undefined ? {} : { limit: Number(limit) }),
          ...(cursor === undefined ? {} : { cursor }),
          signal,
          onProgress(soFar) {
            last = soFar;
            progress.show(`${soFar.scanned} records, ${soFar.rewrapped} sealed anew, ${soFar.failed.length} failed`);
          },
        }),
      );
      progress.end();
      show(call, result, rekeyText);
      return result.failed.length > 0 ? EXIT.failed : EXIT.ok;
    } catch (error) {
      progress.end();
      if (last?.cursor !== undefined && !call.json) say(`stopped after ${last.scanned} records; run it again to go on`);
      throw error;
    }
  },
};

function rekeyText(result: Rekeyed): string {
  const rows = pairs([
    ['key', result.keyId],
    ['records', result.scanned],
    ['sealed anew', result.rewrapped],
    ['needed nothing', result.already],
    ['written again', result.conflicts],
    ['failed', result.failed.length],
    ['complete', result.complete],
    ['cursor', result.cursor],
  ]);
  return result.failed.length === 0 ? rows : `${rows}\n\n${problemTable(result.failed)}`;
}

const doctor: Command = {
  name: 'keys doctor',
  summary: 'Tell which keys the records need, and what is wrong',
  more: 'The exit code is 1 where something is wrong.',
  options: { ...WHOLE, deep: { text: 'open every sealed key, and throw it away' } },
  async run(call) {
    const product = call.text('product');
    const ductape = await client(call);
    const result = await ductape.keys.doctor({ ...(product === undefined ? {} : { product }), deep: call.has('deep') });
    show(call, result, doctorText);
    return result.healthy ? EXIT.ok : EXIT.failed;
  },
};

function doctorText({ scanned, keys, problems, healthy }: Diagnosis): string {
  const rows = keys.map(({ keyId, role, records }) => [keyId, role, records]);
  const parts = [
    `${scanned} ${scanned === 1 ? 'record' : 'records'}, ${healthy ? 'healthy' : 'not healthy'}`,
    table(['KEY', 'ROLE', 'RECORDS'], rows),
  ];
  return [...parts, ...(problems.length === 0 ? [] : [problemTable(problems)])].join('\n\n');
}

function problemTable(problems: Diagnosis['problems']): string {
  return table(
    ['PROBLEM', 'PRODUCT', 'TAG', 'AGENT', 'ENV'],
    problems.map(({ code, product, tag, agent, env }) => [code, product, tag, agent, env]),
  );
}

const retire: Command = {
  name: 'keys retire',
  operands: ['<id>'],
  summary: 'Make sure that nothing needs a product key any more',
  more: 'Lists the whole store twice, and refuses while any record needs the key. `keys doctor` shows the ids.',
  options: { store: PLACE.store ?? { text: '' } },
  async run(call) {
    const result = await (await client(call)).keys.retire({ keyId: call.operand(0) });
    return show(
      call,
      result,
      ({ keyId }) =>
        `nothing needs ${keyId} any more. Take it out of DUCTAPE_OTHER_KEYS, and put its id under "retired" in\n` +
        'ductape.config.json, so that it never opens anything again',
    );
  },
};

/** In the order of help. */
export const KEYS: readonly Command[] = [generate, rekey, doctor, retire];
