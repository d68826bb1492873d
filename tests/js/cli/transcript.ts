// A page's transcript as a test: its commands are run in their order, and print what the page says they print.

import { readFileSync } from 'node:fs';

import type { Shell } from './shell.js';

/** A command of the page and what it says about it. */
export interface Step {
  command: string;
  expected: string;
}

/** What stands for values that differ from run to run. Each is bound at its first use and the same from then on. */
const EXAMPLES: Record<string, string> = {
  // ids of product keys
  k7mq2xz4ab: '[a-z2-7]{10}',
  p3nd5wy6cd: '[a-z2-7]{10}',
  // fingerprints of API keys
  '3f9a1c07': '[0-9a-f]{8}',
  b84e22d1: '[0-9a-f]{8}',
  '5c0d7e66': '[0-9a-f]{8}',
};

const TIME = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/g;
const LATENCY = /\b\d+ ms\b/g;

/** The steps of every `console` block of a page. A command goes on after a backslash, and on lines that begin with `> `. */
export function stepsOf(page: string): Step[] {
  const steps: Step[] = [];
  for (const [, block = ''] of readFileSync(page, 'utf8').matchAll(/^```console\n([\s\S]*?)^```/gm)) {
    let isOpen = false;
    for (const line of block.split('\n').slice(0, -1)) {
      const last = steps.at(-1);
      if (line.startsWith('$ ')) steps.push({ command: line.slice(2), expected: '' });
      else if (line.startsWith('> ') && last?.expected === '') last.command += `\n${line.slice(2)}`;
      else if (isOpen && last !== undefined) last.command += `\n${line}`;
      else if (last !== undefined) last.expected += `${line}\n`;
      isOpen = (line.startsWith('$ ') || isOpen) && line.endsWith('\\');
    }
  }
  return steps;
}

/** What this run has in the place of the page's examples. */
export class Bindings {
  readonly #values = new Map<string, string>();

  /** `server`: the address that the page names, and the one that listens here. */
  constructor(server: { named: string; real: string }) {
    this.#values.set(server.named, server.real);
  }

  /** The page's command with this run's values. */
  command(text: string): string {
    let out = text;
    for (const [example, value] of this.#values) out = out.replaceAll(example, value);
    return out;
  }

  /** Why an output is not what the page says; nothing where it is. */
  differs(expected: string, actual: string): string | undefined {
    const [want, got] = [expected, actual].map((text) => text.replace(TIME, '<time>').replace(LATENCY, '<n> ms'));
    const names: string[] = [];
    const examples = [...this.#values.keys(), ...Object.keys(EXAMPLES)];
    const any = new RegExp([...new Set(examples)].map(escaped).join('|'), 'g');
    let pattern = '';
    let at = 0;
    for (const found of (want ?? '').matchAll(any)) {
      pattern += escaped((want ?? '').slice(at, found.index));
      at = found.index + found[0].length;
      const bound = this.#values.get(found[0]);
      const place = names.indexOf(found[0]);
      if (bound !== undefined) pattern += escaped(bound);
      else if (place >= 0) pattern += `\\${place + 1}`;
      else {
        names.push(found[0]);
        pattern += `(${EXAMPLES[found[0]]})`;
      }
    }
    const match = new RegExp(`^${pattern}${escaped((want ?? '').slice(at))}$`).exec(got ?? '');
    if (match === null) return `expected\n${want}\nprinted\n${got}`;
    for (const [place, name] of names.entries()) this.#values.set(name, match[place + 1] ?? '');
    // Two examples that turn out to be one value would be two keys that are one.
    const bound = Object.keys(EXAMPLES).flatMap((name) => this.#values.get(name) ?? []);
    if (new Set(bound).size < bound.length) return `two of the page's examples are one value in\n${got}`;
    return undefined;
  }
}

/** Runs the steps; every one that prints something else is named. */
export async function follow(steps: readonly Step[], shell: Shell, bindings: Bindings): Promise<string[]> {
  const wrong: string[] = [];
  for (const { command, expected } of steps) {
    const { output } = await shell.run(bindings.command(command));
    const why = bindings.differs(expected, output);
    if (why !== undefined) wrong.push(`${command}\n${why}`);
  }
  return wrong;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
