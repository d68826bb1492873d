// What a command is, and the words that it was called with.

import { parseArgs } from 'node:util';

import { UsageError } from './exit.js';
import { closest } from './suggest.js';

/** An option of a command. */
export interface Option {
  /** What stands for the value in help; absent for a switch. */
  readonly value?: string;
  /** May be given more than once. */
  readonly many?: boolean;
  /** The value may be left out. */
  readonly bare?: boolean;
  /** What it does, in a few words. */
  readonly text: string;
}

/** Options by name. */
export type Options = Readonly<Record<string, Option>>;

/** A command. */
export interface Command {
  /** One word, or two: `models list`. */
  readonly name: string;
  /** What follows it, as help shows it: `<tag>`. */
  readonly operands?: readonly string[];
  /** One line. */
  readonly summary: string;
  /** What else there is to know. */
  readonly more?: string;
  readonly options: Options;
  readonly examples?: readonly string[];
  /** Runs it and returns the exit code. */
  run(call: Call): Promise<number>;
}

/** Shared by all commands that touch a store. */
export const PLACE: Options = {
  store: { value: 'folder|url', text: 'where models are kept; default DUCTAPE_STORE' },
  product: { value: 'product', text: 'default DUCTAPE_PRODUCT' },
};

/** Shared by all commands. */
export const COMMON: Options = {
  json: { text: 'print JSON, in the shapes of the API' },
  help: { text: 'print this' },
};

/** One call of a command. */
export class Call {
  readonly operands: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(operands: readonly string[], values: ReadonlyMap<string, readonly string[]>) {
    this.operands = operands;
    this.#values = values;
  }

  /** Whether results are to be printed as JSON. */
  get json(): boolean {
    return this.has('json');
  }

  /** The operand at a place; `parse` has made sure that it is there. */
  operand(at: number): string {
    return this.operands[at] ?? '';
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The last value of an option, without what separates lists. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** The value of an option that the command cannot do without. */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw new UsageError(`--${name} is missing`);
    return value;
  }

  /** Every value of an option. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** Every value of an option that takes lists: repeated, or parted by commas. */
  list(name: string): string[] {
    return this.all(name)
      .flatMap((value) => value.split(','))
      .map((value) => value.trim())
      .filter((value) => value !== '');
  }
}

/** Reads what follows a command's name. */
export function parse(command: Command, argv: readonly string[]): Call {
  const known: Options = { ...command.options, ...COMMON };
  const options = Object.fromEntries(
    Object.entries(known).map(([name, { value, bare }]) => [
      name,
      { type: value === undefined || bare ? ('boolean' as const) : ('string' as const), multiple: true },
    ]),
  );
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  const wanted = command.operands?.length ?? 0;
  let left = tokens.filter(({ kind }) => kind === 'positional').length;
  let open: string[] | undefined;
  for (const token of tokens) {
    if (token.kind === 'option') {
      const option = optionOf(known, token.name, token.rawName);
      open = values.get(token.name) ?? [];
      if (values.has(token.name) && option.many !== true) throw new UsageError(`--${token.name} was given twice`);
      values.set(token.name, open);
      if (token.value !== undefined) open.push(valueIn(option, token.name, token.value, token.inlineValue));
      else if (option.value !== undefined && option.bare !== true) throw noValue(token.name);
      if (option.bare !== true || token.value !== undefined) open = undefined;
    } else if (token.kind === 'positional') {
      // A value that may be left out is not taken from what the command itself needs.
      if (open !== undefined && left > wanted) {
        open.push(token.value);
        left -= 1;
      } else operands.push(token.value);
      open = undefined;
    }
  }
  checkOperands(command, operands);
  return new Call(operands, values);
}

function optionOf(known: Options, name: string, rawName: string): Option {
  const option = Object.hasOwn(known, name) ? known[name] : undefined;
  if (option !== undefined && rawName.startsWith('--')) return option;
  const like = closest(name, Object.keys(known));
  throw new UsageError(`no such option: ${rawName}`, like === undefined ? undefined : `--${like}`);
}

function valueIn(option: Option, name: string, value: string, isInline: boolean | undefined): string {
  if (option.value === undefined) throw new UsageError(`--${name} takes no value`);
  if (isInline !== true && value.startsWith('--')) throw noValue(name);
  return value;
}

function noValue(name: string): UsageError {
  return new UsageError(`--${name} needs a value`);
}

function checkOperands({ name, operands: wanted = [] }: Command, given: readonly string[]): void {
  const missing = wanted[given.length];
  if (missing !== undefined) throw new UsageError(`${name} needs ${missing}; see ductape-models ${name} --help`);
  const stray = given[wanted.length];
  if (stray !== undefined) throw new UsageError(`${name} takes no ${JSON.stringify(stray)}`);
}
