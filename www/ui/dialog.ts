/** Questions that have to be answered before something goes on. The browser holds the focus and gives it back. */
import { byId, make } from './dom';

export interface Question {
  title: string;
  /** One paragraph each. */
  text: readonly string[];
  /** What agreeing does, as a verb. */
  action: string;
  /** Something is lost by agreeing. */
  danger?: boolean;
  /** Shown as it stands, such as a tool's arguments. */
  detail?: string;
}

/** True where the person agreed; closing in any other way is a no. One question at a time. */
export function ask(question: Question, signal?: AbortSignal): Promise<boolean> {
  const asked = queue.then(() => (signal?.aborted ? false : show(question, signal)));
  queue = asked.catch(() => false);
  return asked;
}

let queue: Promise<unknown> = Promise.resolve();

function show({ title, text, action, danger, detail }: Question, signal?: AbortSignal): Promise<boolean> {
  const dialog = byId('question', HTMLDialogElement);
  const agree = make('button', { type: 'submit', value: 'yes', class: danger ? 'primary danger' : 'primary' }, action);
  const refuse = make('button', { type: 'submit', value: 'no', autofocus: '' }, 'Cancel');
  dialog.replaceChildren(
    make('h2', { id: 'question-title' }, title),
    ...text.map((paragraph) => make('p', {}, paragraph)),
    ...(detail === undefined ? [] : [make('pre', {}, detail)]),
    make('form', { method: 'dialog', class: 'actions' }, agree, refuse),
  );
  dialog.returnValue = '';
  dialog.showModal();
  const end = (): void => dialog.close('no');
  signal?.addEventListener('abort', end);
  return new Promise((resolve) => {
    const closed = (): void => {
      signal?.removeEventListener('abort', end);
      resolve(dialog.returnValue === 'yes');
    };
    dialog.addEventListener('close', closed, { once: true });
  });
}
