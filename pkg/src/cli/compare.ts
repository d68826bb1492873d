// `audit`, `diff`, `promote`: what is questionable in a product, and what differs between its environments.

import type { Audit } from '../operation-types.js';
import { type Call, type Command, PLACE } from './call.js';
import { changeLines } from './changes.js';
import { CommandError, EXIT, UsageError } from './exit.js';
import { client } from './library.js';
import { show } from './models-read.js';
import { confirmed } from './prompt.js';
import { print } from './screen.js';
import { table } from './table.js';

const SIDES = {
  from: { value: 'env', text: 'the environment to look at' },
  to: { value: 'env', text: 'the environment to compare it with' },
};

export const audit: Command = {
  name: 'audit',
  summary: 'Look for what would fail or surprise at run time',
  more: 'The exit code is 3 where something is found.',
  options: {
    ...PLACE,
    env: { value: 'env', text: 'only this one' },
    within: { value: 'days', text: 'how soon the end of a model counts; default 90' },
  },
  async run(call) {
    const [env, within] = [call.text('env'), call.text('within')];
    if (within !== undefined && !/^\d+$/.test(within)) throw new UsageError('--within needs a number of days');
    const result = await (await client(call)).model.audit({
      ...(env === undefined ? {} : { env }),
      ...(within === undefined ? {} : { within: Number(within) }),
    });
    show(call, result, auditText);
    return result.clean ? EXIT.ok : EXIT.difference;
  },
};

function auditText({ product, scanned, findings }: Audit): string {
  const looked = `${product}: ${scanned} ${scanned === 1 ? 'record' : 'records'} looked at`;
  if (findings.length === 0) return `${looked}, nothing found`;
  const rows = findings.map(({ severity, code, tag, agent, env, field, message }) => [
    severity,
    code,
    tag ?? `agent ${agent}`,
    env,
    field,
    message,
  ]);
  return `${looked}\n\n${table(['SEVERITY', 'CODE', 'WHERE', 'ENV', 'FIELD', 'MESSAGE'], rows)}`;
}

export const diff: Command = {
  name: 'diff',
  operands: ['<tag>'],
  summary: 'Show what differs between two environments of a model',
  more: 'The exit code is 3 where something does.',
  options: { ...PLACE, ...SIDES },
  examples: ['diff support --from dev --to prd'],
  async run(call) {
    const result = await (await client(call)).model.diff(sides(call));
    show(call, result, ({ tag, from, to, changes }) =>
      changes.length === 0
        ? `${tag}: ${from} and ${to} are the same`
        : [`${tag}: ${from} -> ${to}`, ...changeLines(changes)].join('\n'),
    );
    return result.changes.length > 0 ? EXIT.difference : EXIT.ok;
  },
};

export const promote: Command = {
  name: 'promote',
  operands: ['<tag>'],
  summary: 'Take the settings of one environment over to another',
  more: 'Shows the changes and asks. Keys stay where they are.',
  options: {
    ...PLACE,
    ...SIDES,
    fields: { value: 'names', many: true, text: 'only these' },
    'dry-run': { text: 'only show the changes' },
    yes: { text: 'do not ask' },
  },
  examples: ['promote support --from dev --to prd --fields model,temperature'],
  async run(call) {
    const fields = call.list('fields');
    const options = { ...sides(call), ...(fields.length > 0 ? { fields } : {}) };
    const ductape = await client(call);
    const planned = await ductape.model.promote({ ...options, dryRun: true });
    if (call.has('dry-run')) return show(call, planned, ({ changes }) => changesText(changes));
    if (!call.json) print(changesText(planned.changes));
    if (planned.changes.length === 0) return call.json ? show(call, planned, () => '') : EXIT.ok;
    const question = `Make these changes to ${options.to} of ${options.tag}?`;
    if (!(await confirmed(question, call.has('yes')))) throw new CommandError('declined', 'nothing was changed');
    return show(
      call,
      await ductape.model.promote(options),
      ({ model }) => `promoted ${model.tag} of ${model.product}, revision ${model.rev}`,
    );
  },
};

function changesText(changes: Parameters<typeof changeLines>[0]): string {
  return changes.length === 0 ? 'nothing differs' : changeLines(changes).join('\n');
}

function sides(call: Call): { tag: string; from: string; to: string } {
  return { tag: call.operand(0), from: call.required('from'), to: call.required('to') };
}
