/** Step 3: agent, agent environment and call are laid over the model; `explain()` becomes a table. */
import type { Explained, Layer } from 'ductape-models';
import { byId, make, numberOf, say, textOf } from './dom';
import { problemText } from './problems';
import type { Session } from './session';

const LAYERS: Readonly<Record<Layer, string>> = {
  agent: 'agent',
  default: 'default',
  environment: 'agent environment',
  model: 'model',
  modelEnv: 'model environment',
  runtime: 'this call',
};

type Field = Explained<unknown>;

export function mountOverrides(session: Session): void {
  const form = byId('overrides-form', HTMLFormElement);
  const status = byId('overrides-status', HTMLElement);
  const table = byId('explained', HTMLTableElement);

  const explain = async (): Promise<void> => {
    try {
      const rows = session.tag === '' ? [] : await explained(session, new FormData(form));
      table.tBodies[0]?.replaceChildren(...rows.map(([name, field]) => rowOf(name, field)));
      table.hidden = rows.length === 0;
      say(status, table.hidden ? 'Create a model first.' : '');
    } catch (error) {
      table.hidden = true;
      say(status, problemText(error), 'bad');
    }
  };

  table.classList.add('stacked');
  session.onChange(explain);
  form.addEventListener('change', explain);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void explain();
  });
}

async function explained(session: Session, form: FormData): Promise<[string, Field][]> {
  const env = textOf(form, 'env');
  const stop = textOf(form, 'stop');
  const result = await session.ductape.explain({
    env,
    model: session.tag,
    agent: {
      modelConfig: { temperature: numberOf(form, 'agentTemperature') },
      envs: [{ slug: env, modelConfig: { maxTokens: numberOf(form, 'agentEnvMaxTokens') } }],
    },
    modelConfig: {
      temperature: numberOf(form, 'temperature'),
      maxTokens: numberOf(form, 'maxTokens'),
      stopSequences: stop === '' ? undefined : [stop],
    },
  });
  return [['model', result.model], ...Object.entries(result.settings)];
}

function rowOf(name: string, field: Field): HTMLElement {
  const cell = (label: string, content: Node | string, kind = ''): HTMLElement => {
    return make(
      'td',
      { 'data-label': label, 'data-empty': content === NOTHING ? '' : undefined, class: kind },
      content,
    );
  };
  return make(
    'tr',
    { 'data-setting': name },
    make('th', { scope: 'row' }, name),
    cell('Value', valueText(field.value), isUnset(field.value) ? 'value none' : 'value'),
    cell('Source', sourceOf(field.source)),
    cell('Shadowed', shadowedOf(field)),
    cell('Adjusted', field.adjusted ? `${valueText(field.adjusted.sent)}: ${field.adjusted.reason}` : NOTHING),
  );
}

const NOTHING = '–';

function shadowedOf(field: Field): Node | string {
  if (field.shadowed.length === 0) return NOTHING;
  const items = field.shadowed.map(({ source, value }) =>
    make('li', {}, make('s', {}, valueText(value)), ` ${LAYERS[source]}`),
  );
  return make('ul', {}, ...items);
}

function sourceOf(source: Layer): HTMLElement {
  return make('span', { class: 'source', 'data-layer': source }, LAYERS[source]);
}

function valueText(value: unknown): string {
  return isUnset(value) ? 'not sent' : typeof value === 'string' ? value : JSON.stringify(value);
}

function isUnset(value: unknown): boolean {
  return value === null || value === undefined;
}
