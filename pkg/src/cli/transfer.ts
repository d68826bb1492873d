// `export` and `import`: sealed records from one store to another.

import { type Command, PLACE } from './call.js';
import { EXIT, UsageError } from './exit.js';
import { jsonIn, textOf, writePrivate } from './files.js';
import { client } from './library.js';
import { show } from './models-read.js';
import { printJson, say } from './screen.js';

export const exportAll: Command = {
  name: 'export',
  summary: 'Print the sealed records of a product',
  more: 'API keys in it stay sealed: only whoever has the product key can use it.',
  options: {
    ...PLACE,
    tags: { value: 'tags', many: true, text: 'only these models' },
    out: { value: 'file', text: 'write it into a new file that only you can read' },
  },
  examples: ['export --out shop.json', 'export --store ./models | ductape-models import - --store ./copy'],
  async run(call) {
    const tags = call.list('tags');
    const file = call.text('out');
    const result = await (await client(call)).model.export(tags.length > 0 ? { tags } : {});
    if (file === undefined) {
      printJson(result);
      return EXIT.ok;
    }
    await writePrivate(file, `${JSON.stringify(result, null, 2)}\n`);
    say(`${result.records.length} models of ${result.product} are in ${file}, which only you can read`);
    return EXIT.ok;
  },
};

const EXISTING = ['fail', 'skip', 'replace'] as const;

export const importAll: Command = {
  name: 'import',
  operands: ['<file>'],
  summary: 'Store the records of an export',
  more: 'The file may be - for stdin. The store needs the product key that sealed them.',
  options: { ...PLACE, 'on-existing': { value: 'what', text: 'fail, skip or replace; default fail' } },
  async run(call) {
    const onExisting = existing(call.text('on-existing'));
    const file = call.operand(0);
    const exported = jsonIn(await textOf(file), file);
    const ductape = await client(call, { makesStore: true });
    const result = await ductape.model.import({ export: exported as never, ...(onExisting ? { onExisting } : {}) });
    show(call, result, ({ imported, skipped }) => `imported ${list(imported)}\nskipped ${list(skipped)}`);
    for (const failure of call.json ? [] : result.failed)
      say(`failed: ${failure.tag}: ${failure.code}: ${failure.message}`);
    return result.failed.length > 0 ? EXIT.failed : EXIT.ok;
  },
};

function existing(given: string | undefined): (typeof EXISTING)[number] | undefined {
  const found = EXISTING.find((word) => word === given);
  if (given !== undefined && found === undefined) throw new UsageError('--on-existing takes fail, skip or replace');
  return found;
}

function list(tags: readonly string[]): string {
  return tags.length === 0 ? 'none' : tags.join(', ');
}
