// Columns for people.

import { bold } from './screen.js';

/** A cell; what is absent shows as a dash. */
export type Cell = string | number | boolean | null | undefined;

/** Rows under a head. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [head, ...rows.map((row) => row.map(shown))];
  const widths = head.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  const [first = '', ...rest] = lines.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [bold(first), ...rest].join('\n');
}

/** Names and values, one pair a line; pairs without a value are left out. */
export function pairs(rows: readonly (readonly [string, Cell])[]): string {
  const given = rows.filter(([, value]) => value !== undefined && value !== null);
  const width = Math.max(...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${bold(name.padEnd(width))}  ${shown(value)}`).join('\n');
}

/** A moment, to the second. */
export function moment(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

/** Any value on one line. */
export function inline(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function shown(cell: Cell): string {
  if (cell === undefined || cell === null || cell === '') return '-';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  // A cell is one line, whatever was stored.
  return String(cell).replace(/[\r\n\t]+/g, ' ');
}
