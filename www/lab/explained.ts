/** What `explain()` says as rows of a table: each setting with its value, where it came from and what it hid. */
import type { Explained, Explanation, Layer } from 'ductape-models';
import { make } from '../ui/dom';

const LAYERS: Readonly<Record<Layer, string>> = {
  agent: 'agent',
  default: 'default',
  environment: 'agent environment',
  model: 'model',
  modelEnv: 'model environment',
  runtime: 'this call',
};
const NOTHING = '–';

type Field = Explained<unknown>;

export function explainedRows({ model, settings }: Explanation): HTMLElement[] {
  return [rowOf('model', model), ...Object.entries(settings).map(([name, field]) => rowOf(name, field))];
}

function rowOf(name: string, field: Field): HTMLElement {
  const cell = (label: string, content: Node | string, kind = ''): HTMLElement =>
    make('td', { 'data-label': label, 'data-empty': content === NOTHING ? '' : undefined, class: kind }, content);
  const { adjusted } = field;
  return make(
    'tr',
    { 'data-setting': name, 'data-adjusted': adjusted ? '' : undefined },
    make('th', { scope: 'row' }, name),
    cell('Value', valueText(field.value), isUnset(field.value) ? 'value none' : 'value'),
    cell('Source', make('span', { class: 'source', 'data-layer': field.source }, LAYERS[field.source])),
    cell('Shadowed', shadowedOf(field)),
    cell('Adjusted', adjusted ? `${valueText(adjusted.sent)}: ${adjusted.reason}` : NOTHING, 'adjusted'),
  );
}

function shadowedOf({ shadowed }: Field): Node | string {
  if (shadowed.length === 0) return NOTHING;
  const items = shadowed.map(({ source, value }) =>
    make('li', {}, make('s', {}, valueText(value)), ` ${LAYERS[source]}`),
  );
  return make('ul', {}, ...items);
}

function valueText(value: unknown): string {
  return isUnset(value) ? 'not sent' : typeof value === 'string' ? value : JSON.stringify(value);
}

function isUnset(value: unknown): boolean {
  return value === null || value === undefined;
}
