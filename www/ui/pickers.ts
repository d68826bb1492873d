/** Selects that name the model in view and one of its environments; every view has its own, and they agree. */
import type { Session } from '../state/session';
import { choices } from './dom';

export function modelChoice(session: Session, select: HTMLSelectElement): void {
  session.onChange(async () => {
    const models = await session.ductape.model.fetchAll().catch(() => []);
    const tags = models.flatMap(({ tag }) => (tag === undefined ? [] : [tag]));
    choices(select, tags, session.tag);
    select.disabled = tags.length === 0;
  });
  select.addEventListener('change', () => {
    session.tag = select.value;
    void session.changed();
  });
}

export function envChoice(session: Session, select: HTMLSelectElement, chosen: () => void = () => undefined): void {
  session.onChange(async () => {
    const model = await session.ductape.model.fetch({ tag: session.tag || 'none', optional: true }).catch(() => null);
    const slugs = model?.envs.map(({ slug }) => slug) ?? [];
    choices(select, slugs.length > 0 ? slugs : ['dev']);
  });
  select.addEventListener('change', chosen);
}
