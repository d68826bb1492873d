// Figures for people.

/** Three digits that matter. */
export function figure(value) {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** A ratio to hand, or nothing. */
export function times(ratio) {
  return ratio === undefined ? '' : `${figure(ratio)}x`;
}

/** What a budget says of a row: budgets are ratios to hand, or figures in the workload's unit. */
export function verdict({ budget, ratio, median }) {
  if (budget === undefined) return '';
  if (typeof budget === 'number') return `<= ${budget}x: ${ratio <= budget ? 'met' : 'missed'}`;
  return `<= ${budget.most} ${budget.unit ?? ''}: ${median <= budget.most ? 'met' : 'missed'}`.replace(' :', ':');
}

/** One case as lines. */
export function lines({ title, unit, name, rows, load }) {
  const wide = Math.max(...rows.map(({ name }) => name.length));
  const head = `\n${title}${name === '' ? '' : `: ${name}`} (${unit}; load ${load.map((part) => part.toFixed(1)).join(' to ')})`;
  const columns = `  ${''.padEnd(wide)}  ${['median', 'half', 'to hand', 'in CPU'].map((word, at) => word.padStart([8, 5, 7, 7][at])).join('  ')}`;
  const body = rows.map((row) => {
    const parts = [
      row.name.padEnd(wide),
      figure(row.median).padStart(8),
      `±${Math.round(row.spread * 100)}%`.padStart(5),
    ];
    return `  ${[...parts, times(row.ratio).padStart(7), times(row.cpuRatio).padStart(7), verdict(row), row.note ?? ''].join('  ')}`.trimEnd();
  });
  return [head, columns, ...body].join('\n');
}
