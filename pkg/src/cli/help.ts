// The pages of `--help`.

import { COMMON, type Command, type Option, type Options, PLACE } from './call.js';
import { bold } from './screen.js';

const NAME = 'ductape-models';

const GROUPS: readonly (readonly [string, RegExp])[] = [
  ['Models', /^models /],
  ['Whole configurations', /^[a-z]+$/],
  ['Keys', /^keys /],
];

/** `ductape-models --help`. */
export function mainHelp(commands: readonly Command[]): string {
  const width = widest(commands.map(usage));
  const groups = GROUPS.flatMap(([title, names]) => {
    const members = commands.filter(({ name }) => names.test(name));
    return members.length === 0 ? [] : [`${bold(title)}\n${listed(members, width)}`];
  });
  return [
    'Stored LLM models: create, check, compare and move them, and look after their keys.',
    `${bold('Usage')}\n  ${NAME} <command> [options]`,
    ...groups,
    `${bold('Settings')}
  DUCTAPE_STORE             the store: a folder, or https://... (then with DUCTAPE_STORE_TOKEN)
  DUCTAPE_PRODUCT           the product
  DUCTAPE_ENV               the environment
  DUCTAPE_PRIVATE_KEY       the product key, or DUCTAPE_PRIVATE_KEY_FILE
  DUCTAPE_OTHER_KEYS        product keys that only open, or DUCTAPE_OTHER_KEYS_FILE
  DUCTAPE_PUBLIC_KEY        in place of a product key: seals, opens nothing
  DUCTAPE_SEALING_KEYS      open what was sealed to a public key, or DUCTAPE_SEALING_KEYS_FILE
  DUCTAPE_USER              named in the history as who changed a model
  ductape.config.json       { store, product, env, products, retired, allowedOrigins }; never keys`,
    `${bold('Exit codes')}\n  0 done   1 failed   2 wrong usage   3 a difference or a finding   130 stopped by Ctrl-C`,
    `${NAME} <command> --help says more about a command.`,
  ].join('\n\n');
}

/** `ductape-models models --help`. */
export function groupHelp(group: string, members: readonly Command[]): string {
  const width = widest(members.map(usage));
  return `${bold('Usage')}\n  ${NAME} ${group} <command> [options]\n\n${bold('Commands')}\n${listed(members, width)}`;
}

/** `ductape-models models create --help`. */
export function commandHelp(command: Command): string {
  const isPlace = (name: string) => Object.hasOwn(PLACE, name);
  const own = Object.entries(command.options).filter(([name]) => !isPlace(name));
  const place = Object.entries(command.options).filter(([name]) => isPlace(name));
  const rows: Options = { ...command.options, ...COMMON };
  const width = widest(Object.entries(rows).map(([name, option]) => flag(name, option)));
  const part = (title: string, options: [string, Option][]) =>
    options.length === 0
      ? []
      : [`${bold(title)}\n${options.map(([name, option]) => line(flag(name, option), option.text, width)).join('\n')}`];
  const examples = (command.examples ?? []).map((example) => `  ${NAME} ${example}`).join('\n');
  return [
    `${command.summary}.`,
    ...(command.more === undefined ? [] : [command.more]),
    `${bold('Usage')}\n  ${NAME} ${usage(command)} [options]`,
    ...part('Options', own),
    ...part('Common options', [...place, ...Object.entries(COMMON)]),
    ...(examples === '' ? [] : [`${bold('Examples')}\n${examples}`]),
  ].join('\n\n');
}

function listed(commands: readonly Command[], width: number): string {
  return commands.map((command) => line(usage(command), command.summary, width)).join('\n');
}

function usage({ name, operands = [] }: Command): string {
  return [name, ...operands].join(' ');
}

function flag(name: string, { value, bare }: Option): string {
  if (value === undefined) return `--${name}`;
  return bare ? `--${name} [${value}]` : `--${name} <${value}>`;
}

function line(left: string, right: string, width: number): string {
  return `  ${left.padEnd(width)}  ${right}`;
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map(({ length }) => length));
}
