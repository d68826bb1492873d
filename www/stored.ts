/** Step 2: the record as the store holds it beside the view that `model.fetch()` gives. */
import type { ModelView } from 'ductape-models';
import { typedKeys } from './create';
import { byId, make, say } from './dom';
import { problemText } from './problems';
import { containsKey, markedRecord } from './record-text';
import { storedRecords } from './records';
import type { Session } from './session';

export function mountStored(session: Session): void {
  const select = byId('stored-tag', HTMLSelectElement);
  const status = byId('stored-status', HTMLElement);

  session.onChange(async () => {
    say(status, '');
    const records = await storedRecords(session);
    const tags = [...records.keys()];
    if (!records.has(session.tag)) session.tag = tags[0] ?? '';
    byId('stored-empty', HTMLElement).hidden = tags.length > 0;
    byId('stored-body', HTMLElement).hidden = tags.length === 0;
    select.replaceChildren(
      ...tags.map((tag) => make('option', { selected: tag === session.tag ? '' : undefined }, tag)),
    );
    const key = records.get(session.tag);
    if (key === undefined) return;
    await showRecord(session, key);
    await showView(session);
  });
  select.addEventListener('change', () => {
    session.tag = select.value;
    void session.changed();
  });
  byId('delete', HTMLButtonElement).addEventListener('click', async () => {
    try {
      await removeModel(session);
      await session.changed();
    } catch (error) {
      say(status, problemText(error), 'bad');
    }
  });
}

async function showRecord(session: Session, key: string): Promise<void> {
  const stored = await session.storage.get(key);
  const text = stored?.value ?? '';
  byId('record', HTMLElement).replaceChildren(markedRecord(text));
  const keys = typedKeys();
  const found = keys.filter((key) => containsKey(text, key));
  const proof = byId('record-proof', HTMLElement);
  if (found.length > 0) say(proof, 'An API key stands in this record. That must not happen.', 'bad');
  else
    say(
      proof,
      `Searched for the ${keys.length} API keys of the form, as text, reversed, base64 and hex: 0 found.`,
      'good',
    );
}

async function showView(session: Session): Promise<void> {
  const place = byId('view', HTMLElement);
  try {
    const model = await session.ductape.model.fetch({ tag: session.tag });
    place.replaceChildren(...unverified(model), viewOf(model));
  } catch (error) {
    place.replaceChildren(make('p', { class: 'status', 'data-tone': 'bad' }, problemText(error)));
  }
}

function unverified({ unknownKey }: ModelView): HTMLElement[] {
  if (unknownKey === undefined) return [];
  const text = `unknown_key: sealed with the product key ${unknownKey}, which this tab does not have. Nothing shown here is verified.`;
  return [make('p', { class: 'status', 'data-tone': 'bad' }, text)];
}

function viewOf(model: ModelView): DocumentFragment {
  const view = document.createDocumentFragment();
  view.append(
    facts([
      ['tag', model.tag],
      ['provider', model.provider],
      ['model', model.model],
      ['temperature', model.temperature],
      ['maxTokens', model.maxTokens],
    ]),
  );
  for (const env of model.envs) {
    view.append(make('p', { class: 'env-title' }, 'env ', make('code', {}, env.slug)));
    view.append(
      facts([
        ['active', env.active],
        ['baseUrl', env.baseUrl],
        ['hasKey', env.hasKey],
        ['keyHint', env.keyHint === undefined ? undefined : `…${env.keyHint}`],
        ['keyFingerprint', env.keyFingerprint],
        ['keyId', env.keyId],
        ['keyStatus', env.keyStatus],
      ]),
    );
  }
  return view;
}

function facts(rows: [string, unknown][]): HTMLElement {
  const list = make('dl', { class: 'facts' });
  for (const [name, value] of rows) {
    if (value === undefined || value === null) continue;
    const status = name === 'keyStatus' ? String(value) : undefined;
    list.append(make('dt', {}, name), make('dd', { 'data-key-status': status }, String(value)));
  }
  return list;
}

async function removeModel(session: Session): Promise<void> {
  try {
    await session.ductape.model.delete({ tag: session.tag });
  } catch {
    // A record of another product key must not be in the way for good: in this demo the store is the user's own.
    const key = (await storedRecords(session)).get(session.tag);
    if (key !== undefined) await session.storage.delete(key);
  }
}
