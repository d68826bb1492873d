/** Deleting the model in view, after a question that names what goes with it. */
import type { Session } from '../state/session';
import { ask } from '../ui/dialog';
import { byId, say } from '../ui/dom';
import { problemText } from '../ui/problems';
import { storedRecords } from './records';

export function mountDelete(session: Session): void {
  const status = byId('list-status', HTMLElement);
  byId('model-delete', HTMLButtonElement).addEventListener('click', async () => {
    const { tag } = session;
    const agents = await session.ductape.model.usages({ tag }).catch((): string[] => []);
    const used =
      agents.length > 0 ? [`These agents name it and will fail with model_not_found: ${agents.join(', ')}.`] : [];
    const text = ['Its settings, its sealed API keys and its history go with it. Nothing brings them back.', ...used];
    if (!(await ask({ title: `Delete ${tag}?`, text, action: 'Delete', danger: true }))) return;
    try {
      await remove(session, tag);
      session.tag = '';
      await session.changed();
      say(status, `Deleted ${tag}.`, 'good');
      byId('model-new', HTMLButtonElement).focus();
    } catch (error) {
      say(status, problemText(error), 'bad');
    }
  });
}

async function remove(session: Session, tag: string): Promise<void> {
  try {
    await session.ductape.model.delete({ tag });
  } catch (error) {
    // A record that nobody here can read must not be in the way for good, in a store that is the reader's own.
    const key = (await storedRecords(session)).get(tag);
    if (key === undefined || session.mode === 'gateway') throw error;
    await session.storage.delete(key);
  }
}
