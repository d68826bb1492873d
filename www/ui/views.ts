/** The page's views: one is shown, the address's hash says which. */
import { byId } from './dom';

const VIEWS = ['models', 'overrides', 'chat', 'agents'] as const;
type ViewName = (typeof VIEWS)[number];

export function mountViews(): void {
  show(viewOf(location.hash), false);
  addEventListener('hashchange', () => {
    // The skip link's target is no view: it leads past the head of the one that is shown.
    if (VIEWS.some((view) => `#${view}` === location.hash)) show(viewOf(location.hash), true);
  });
}

function show(name: ViewName, moveFocus: boolean): void {
  for (const view of VIEWS) {
    byId(view, HTMLElement).hidden = view !== name;
    const link = byId(`to-${view}`, HTMLAnchorElement);
    if (view === name) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (!moveFocus) return;
  // The heading, so that a screen reader says where this is.
  byId(`${name}-title`, HTMLElement).focus({ preventScroll: true });
  scrollTo({ top: 0, behavior: 'instant' });
}

function viewOf(hash: string): ViewName {
  return VIEWS.find((view) => `#${view}` === hash) ?? 'models';
}
