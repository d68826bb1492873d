// From the words of a command line to an exit code.

import { type Command, parse } from './call.js';
import { COMMANDS } from './commands.js';
import { EXIT, UsageError } from './exit.js';
import { commandHelp, groupHelp, mainHelp } from './help.js';
import { refuseKeys } from './key-like.js';
import { report } from './report.js';
import { print } from './screen.js';
import { closest } from './suggest.js';

declare const PACKAGE_VERSION: string;

/** Runs one command line. Never rejects: failures are printed and become the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    refuseKeys(argv);
    const found = find(argv);
    if (typeof found === 'string') {
      print(found);
      return EXIT.ok;
    }
    const { command, rest } = found;
    return await command.run(parse(command, rest));
  } catch (error) {
    return report(error, argv.includes('--json'));
  }
}

/** The command and what is left for it, or a text to print in its place. */
function find(argv: readonly string[]): { command: Command; rest: readonly string[] } | string {
  const words = argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
  const wantsHelp = words.some((word) => word === '--help' || word === '-h');
  const [first, second] = words.map((word) => (word.startsWith('-') ? undefined : word));
  if (first === undefined) {
    if (words.includes('--version') || words.includes('-v')) return PACKAGE_VERSION;
    if (words.length === 0 || wantsHelp) return mainHelp(COMMANDS);
    throw new UsageError('the command comes before its options');
  }
  const size = named(first) === undefined ? 2 : 1;
  const command = named(size === 1 ? first : `${first} ${second ?? ''}`);
  if (command !== undefined) return wantsHelp ? commandHelp(command) : { command, rest: words.slice(size) };
  const group = COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length > 0 && second === undefined) return groupHelp(first, group);
  throw unknown(first, second, group);
}

function named(name: string): Command | undefined {
  return COMMANDS.find((command) => command.name === name);
}

/** What was meant: a command, or one of a group's whose group was left out or misspelt. */
function unknown(first: string, second: string | undefined, group: readonly Command[]): UsageError {
  const given = group.length > 0 ? `${first} ${second}` : first;
  const names = COMMANDS.map(({ name }) => name);
  const lasts = names.map((name) => name.split(' ').at(-1) ?? name);
  const whole = closest(second === undefined ? first : `${first} ${second}`, names);
  const last = lasts.indexOf(closest(group.length > 0 ? (second ?? '') : first, lasts) ?? '');
  const alone = closest(first, [...new Set(names.map((name) => name.split(' ')[0] ?? ''))]);
  const meant = whole ?? (group.length > 0 ? names[last] : (alone ?? names[last]));
  return new UsageError(`no such command: ${given}`, meant);
}
