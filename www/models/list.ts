/** The stored models, and ways to start a new one. */
import type { ModelView, UnreadableModel } from 'ductape-models';
import type { Session } from '../state/session';
import { button, byId, make, say } from '../ui/dom';
import { problemText } from '../ui/problems';
import { EXAMPLES, STARTS } from './examples';
import type { ModelForm } from './form';

export function mountList(session: Session, form: ModelForm): void {
  const list = byId('model-list', HTMLElement);
  const status = byId('list-status', HTMLElement);
  const show = async (tag: string): Promise<void> => {
    session.tag = tag;
    await session.changed();
    byId('model-form-title', HTMLElement).focus();
  };

  session.onChange(async () => {
    try {
      const models = await session.ductape.model.fetchAll();
      const tags = models.flatMap(({ tag }) => (tag === undefined ? [] : [tag]));
      if (!tags.includes(session.tag)) session.tag = form.isNew ? '' : (tags[0] ?? '');
      list.replaceChildren(...models.map((model) => itemOf(model, session.tag, show)));
      byId('list-empty', HTMLElement).hidden = models.length > 0;
      say(status, '');
    } catch (error) {
      list.replaceChildren();
      say(status, problemText(error), 'bad');
    }
  });
  byId('model-new', HTMLButtonElement).addEventListener('click', async () => {
    form.startNew();
    await session.changed();
    byId('tag', HTMLInputElement).focus();
  });
  mountStarts(session, form, status);
}

function mountStarts(session: Session, form: ModelForm, status: HTMLElement): void {
  const examples = EXAMPLES.map(({ label, model }) =>
    button(label, async () => {
      try {
        await session.ductape.model.upsert(model);
        form.stopNew();
        session.tag = model.tag;
        await session.changed();
        say(status, `Stored ${model.tag}.`, 'good');
      } catch (error) {
        say(status, problemText(error), 'bad');
      }
    }),
  );
  const starts = STARTS.map(({ label, model }) =>
    button(`${label}: fill the form`, async () => {
      form.startNew(model);
      await session.changed();
      byId('tag', HTMLInputElement).focus();
    }),
  );
  const items = [...examples, ...starts].map((child) => make('li', {}, child));
  byId('examples', HTMLElement).replaceChildren(...items);
}

function itemOf(model: ModelView | UnreadableModel, chosen: string, show: (tag: string) => unknown): HTMLElement {
  const tag = model.tag ?? '?';
  const what = 'unreadable' in model ? model.unreadable : `${model.provider} · ${model.model}`;
  const open = make('button', { type: 'button', 'aria-current': tag === chosen ? 'true' : undefined, 'data-tag': tag });
  open.append(make('strong', {}, tag), make('span', {}, what));
  open.addEventListener('click', () => void show(tag));
  return make('li', {}, open);
}
