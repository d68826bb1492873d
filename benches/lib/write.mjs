// Puts a run's tables into benches/RESULTS.md, between two marks; the words around them stay.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

import { figure, times, verdict } from './print.mjs';

const FILE = fileURLToPath(new URL('../RESULTS.md', import.meta.url));
const START = '<!-- written by npm run bench -- --write -->';
const END = '<!-- end -->';

/** Writes the tables. @throws Error where the file has lost its marks. */
export function writeResults({ date, node, results }) {
  const text = readFileSync(FILE, 'utf8');
  const [start, end] = [text.indexOf(START), text.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`benches/RESULTS.md: the marks ${START} and ${END} are missing`);
  const machine = `${date.slice(0, 10)}${commit()}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${node.slice(1)}.`;
  const groups = Object.values(Object.groupBy(results, ({ workload }) => workload));
  const tables = [machine, ...groups.map(section)].join('\n\n');
  writeFileSync(FILE, `${text.slice(0, start)}${START}\n\n${tables}\n\n${text.slice(end)}`);
}

/** What was measured, where the folder is a checkout. */
function commit() {
  try {
    const told = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return `, commit ${told.trim()}`;
  } catch {
    return '';
  }
}

function section(cases) {
  const [{ title, unit, workload }] = cases;
  return `## ${title}\n\n\`--only ${workload}\`; ${unit}.\n\n${cases.map(table).join('\n\n')}`;
}

function table({ name, rounds, load, rows, unit }) {
  const ours = rows.find(({ name }) => name === 'ours');
  const about = `${rounds} rounds, load ${load.map((part) => part.toFixed(1)).join(' to ')}`;
  const head = `**${name === '' ? unit : name}** (${about})`;
  const isTimed = rows.some(({ cpuRatio }) => cpuRatio !== undefined);
  const columns = ['', 'median', '±', 'to hand', ...(isTimed ? ['CPU to hand'] : []), 'ours to it', 'budget'];
  const lines = rows.map((row) => {
    const isOther = ours !== undefined && row !== ours;
    const cells = [
      row.note ? `${row.name} (${row.note})` : row.name,
      figure(row.median),
      `${Math.round(row.spread * 100)}%`,
    ];
    cells.push(times(row.ratio), ...(isTimed ? [times(row.cpuRatio)] : []));
    cells.push(isOther ? times(ours.median / row.median) : '', verdict(row).replace('missed', '**missed**'));
    return `| ${cells.join(' | ')} |`;
  });
  return [head, '', `| ${columns.join(' | ')} |`, `|${columns.map(() => '---|').join('')}`, ...lines].join('\n');
}
