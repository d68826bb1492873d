// `plan` and `apply`: a product's models out of one file.

import type { Ductape } from '../client.js';
import type { Plan, PlannedAction } from '../operation-types.js';
import { type Command, PLACE } from './call.js';
import { changeLines } from './changes.js';
import { CommandError, EXIT } from './exit.js';
import { client } from './library.js';
import { show } from './models-read.js';
import { interruptible } from './progress.js';
import { confirmed } from './prompt.js';
import { print, say } from './screen.js';
import { wantedIn } from './wanted.js';

const FILE = ['<file>'];

const MORE =
  'The file is JSON, or a module whose default export is { models: [...], prune? } or a function of process.env that\n' +
  'returns it. In JSON, "apiKey": { "env": "NAME" } names the variable that holds a key.';

const PRUNE = { prune: { text: 'delete the models that the file does not name' } };

export const plan: Command = {
  name: 'plan',
  operands: FILE,
  summary: 'Show what apply would do',
  more: MORE,
  options: { ...PLACE, ...PRUNE, check: { text: 'end with 3 where there is something to do' } },
  examples: ['plan models.json --check'],
  async run(call) {
    const wanted = await wantedIn(call);
    const result = await (await client(call, { makesStore: true })).model.plan(wanted);
    show(call, result, planText);
    return call.has('check') && !result.clean ? EXIT.difference : EXIT.ok;
  },
};

export const apply: Command = {
  name: 'apply',
  operands: FILE,
  summary: 'Make the models of a product what a file says',
  more: `Shows the plan and asks. ${MORE}`,
  options: { ...PLACE, ...PRUNE, yes: { text: 'do not ask' } },
  examples: ['apply models.json', 'apply models.mjs --prune --yes'],
  async run(call) {
    const wanted = await wantedIn(call);
    const ductape = await client(call, { makesStore: true });
    const planned = await ductape.model.plan(wanted);
    if (!call.json) print(planText(planned));
    if (planned.clean && !call.json) return EXIT.ok;
    if (call.json && !call.has('yes')) say(planText(planned));
    if (!planned.clean) await demand(call.has('yes'), planned);
    const result = await carriedOut(() =>
      interruptible((signal) => ductape.model.apply({ ...wanted, plan: planned, signal })),
    );
    show(call, result, appliedText);
    return result.failed.length > 0 ? EXIT.failed : EXIT.ok;
  },
};

/** Says what was written before Ctrl-C. */
async function carriedOut<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { done } = Object(Object(error).details) as { done?: unknown };
    if (Array.isArray(done))
      say(`stopped after ${done.length} ${done.length === 1 ? 'model' : 'models'}; run it again to go on`);
    throw error;
  }
}

async function demand(isYes: boolean, planned: Plan): Promise<void> {
  const count = planned.actions.filter(({ action }) => action !== 'none').length;
  const question = `Apply ${count === 1 ? 'this change' : `these ${count} changes`} to ${planned.product}?`;
  if (!(await confirmed(question, isYes))) throw new CommandError('declined', 'nothing was changed');
}

const MARKS = { create: '+', update: '~', delete: '-', none: ' ' } as const;

function planText({ product, actions, clean }: Plan): string {
  if (clean) return `${product} is as the file says`;
  const counts = (['create', 'update', 'delete', 'none'] as const).map((kind) => {
    const count = actions.filter(({ action }) => action === kind).length;
    return `${count} ${kind === 'none' ? 'as they are' : `to ${kind}`}`;
  });
  const changed = actions.filter(({ action }) => action !== 'none');
  return [...changed.flatMap(actionLines), `${product}: ${counts.join(', ')}`].join('\n');
}

function actionLines({ action, tag, changes, blocked }: PlannedAction): string[] {
  const why = blocked === undefined ? [] : [`    blocked: ${blocked.code}: ${blocked.message}`];
  // What is deleted is not told field by field.
  const lines = action === 'delete' ? [] : changeLines(changes, action === 'create');
  return [`${MARKS[action]} ${action} ${tag}`, ...why, ...lines];
}

type Applied = Awaited<ReturnType<Ductape['model']['apply']>>;

function appliedText({ done, failed }: Applied): string {
  const lines = done.filter(({ action }) => action !== 'none').map(({ action, tag }) => `${PAST[action]} ${tag}`);
  for (const { tag, code, message } of failed) say(`failed: ${tag}: ${code}: ${message}`);
  return lines.length === 0 ? 'nothing was changed' : lines.join('\n');
}

const PAST = { create: 'created', update: 'updated', delete: 'deleted', none: '' } as const;
