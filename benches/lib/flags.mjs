// The command line of the harness.

import { readFileSync } from 'node:fs';

export const HELP = `npm run bench -- [flags]
  --only NAME[;NAME]   these workloads; a case by a part of its name: --only "stream/openai, net"
  --peers none|NAME    no peers, or those whose name contains NAME; default: all
  --quick              few rounds, for a first look
  --rounds N           so many rounds, 3 to 1000
  --json               figures as JSON on stdout
  --write              writes the tables of benches/RESULTS.md anew
  --list               the workloads and their cases`;

const SWITCHES = ['--quick', '--json', '--write', '--list', '--help'];
/** Installed beside the peers. */
const HELPERS = ['@langchain/core', 'zod'];
const VALUES = ['--only', '--peers', '--rounds'];

/** The flags as fields. @throws Error that says what is wrong and what there is. */
export function readFlags(given) {
  const flags = { only: [] };
  const words = given.flatMap((word) => (/^--\w+=/.test(word) ? splitOnce(word) : [word]));
  while (words.length > 0) {
    const word = words.shift();
    if (SWITCHES.includes(word)) flags[word.slice(2)] = true;
    else if (!VALUES.includes(word)) throw new Error(`no such flag: ${word}\n${HELP}`);
    else if (words.length === 0 || words[0].startsWith('--')) throw new Error(`${word} needs a value\n${HELP}`);
    else read(flags, word, words.shift());
  }
  if (flags.write && (flags.only.length > 0 || flags.peers !== undefined || flags.quick)) {
    throw new Error('--write takes the whole run: leave out --only, --peers and --quick');
  }
  return flags;
}

function read(flags, word, value) {
  if (word === '--only') return flags.only.push(...value.split(';'));
  if (word === '--peers') {
    flags.peers = knownPeers(value);
    return;
  }
  const rounds = Number(value);
  if (!Number.isInteger(rounds) || rounds < 3 || rounds > 1000) {
    throw new Error(`--rounds: a whole number from 3 to 1000, not ${value}`);
  }
  flags.rounds = rounds;
}

function knownPeers(value) {
  const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const names = Object.keys(dependencies).filter((name) => !HELPERS.includes(name));
  if (value === 'none' || names.some((name) => name.includes(value))) return value;
  throw new Error(`--peers ${value}: no such peer; there are ${names.join(', ')}, or none`);
}

function splitOnce(word) {
  const at = word.indexOf('=');
  return [word.slice(0, at), word.slice(at + 1)];
}

/** The workloads with the cases that were asked for. @throws Error for a name that fits none. */
export function chosen(workloads, only) {
  const every = workloads.map((workload) => ({ workload, cases: workload.cases }));
  if (only.length === 0) return every;
  const unknown = only.find((name) =>
    every.every(({ workload, cases }) => !cases.some((one) => fits(workload, one, name))),
  );
  if (unknown !== undefined) {
    const names = workloads.map(({ name }) => name).join(', ');
    throw new Error(`--only ${unknown}: no such workload; there are ${names}, and their cases (--list)`);
  }
  return every
    .map(({ workload, cases }) => ({
      workload,
      cases: cases.filter((one) => only.some((name) => fits(workload, one, name))),
    }))
    .filter(({ cases }) => cases.length > 0);
}

function fits(workload, one, name) {
  return name === workload.name || (name.includes('/') && `${workload.name}/${one}`.includes(name));
}
