/** Earlier settings of the model in view, to look at and to go back to. Keys have no history. */
import type { Revision } from 'ductape-models';
import type { Session } from '../state/session';
import { button, byId, make, say } from '../ui/dom';
import { problemText } from '../ui/problems';

export function mountHistory(session: Session): void {
  const list = byId('history', HTMLElement);
  const status = byId('history-status', HTMLElement);
  const back = async ({ rev }: Revision): Promise<void> => {
    try {
      const { warnings = [] } = await session.ductape.model.rollback({ tag: session.tag, rev });
      await session.changed();
      const told = warnings.map(({ message }) => ` ${message}`).join('');
      say(status, `The settings of revision ${rev} are back.${told}`, 'good');
      byId('history-title', HTMLElement).focus();
    } catch (error) {
      say(status, problemText(error), 'bad');
    }
  };

  session.onChange(async () => {
    say(status, '');
    byId('history-card', HTMLElement).hidden = session.tag === '';
    if (session.tag === '') return list.replaceChildren();
    try {
      const revisions = await session.ductape.model.history({ tag: session.tag });
      list.replaceChildren(...revisions.map((revision, index) => rowOf(revision, index === 0, back)));
    } catch (error) {
      list.replaceChildren();
      say(status, problemText(error), 'bad');
    }
  });
}

function rowOf(revision: Revision, isNow: boolean, back: (revision: Revision) => unknown): HTMLElement {
  const { rev, changed, updatedAt, updatedBy, settings } = revision;
  const what = changed.length > 0 ? `changed ${changed.join(', ')}` : 'the oldest kept';
  const who = updatedBy === undefined ? '' : ` by ${updatedBy}`;
  const row = make(
    'li',
    { 'data-rev': String(rev) },
    make(
      'div',
      {},
      make('strong', {}, `Revision ${rev}`),
      ` ${what} `,
      ...(isNow ? [make('span', { class: 'badge' }, 'now')] : []),
    ),
    make('div', { class: 'hint' }, `${new Date(updatedAt).toLocaleString()}${who}`),
    make('details', {}, make('summary', {}, 'Settings'), make('pre', {}, JSON.stringify(settings, null, 2))),
  );
  if (!isNow) row.append(button(`Roll back to ${rev}`, () => back(revision), { class: 'quiet' }));
  return row;
}
