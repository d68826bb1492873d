/** The bar with the tab's product key: masked, to copy, to exchange. */
import Ductape from 'ductape-models';
import { byId, say } from './dom';
import { problemText } from './problems';
import type { Session } from './session';

const MASK = '•'.repeat(12);

export function mountProductKey(session: Session): void {
  const shown = byId('key-shown', HTMLOutputElement);
  const status = byId('key-status', HTMLElement);
  const form = byId('key-form', HTMLFormElement);
  const input = byId('key-input', HTMLInputElement);
  const change = byId('key-change', HTMLButtonElement);

  const show = (): void => {
    shown.textContent = mask(session.productKey);
  };
  const unfold = (open: boolean): void => {
    form.hidden = !open;
    change.setAttribute('aria-expanded', String(open));
    if (open) input.focus();
  };
  const exchange = async (key: string): Promise<void> => {
    try {
      await session.changeKey(key);
    } catch (error) {
      say(status, problemText(error), 'bad');
      return;
    }
    input.value = '';
    unfold(false);
    change.focus();
    say(status, 'This tab now uses that key. Records sealed with another one stay closed.', 'plain');
  };

  session.onChange(show);
  change.addEventListener('click', () => unfold(form.hidden !== false));
  byId('key-copy', HTMLButtonElement).addEventListener('click', () => copy(session.productKey, status));
  byId('key-fresh', HTMLButtonElement).addEventListener('click', () => exchange(Ductape.generateKey()));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void exchange(input.value);
  });
}

async function copy(key: string, status: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(key);
    say(status, 'Copied. Whoever has it can open the keys sealed with it.', 'plain');
  } catch {
    say(status, 'The browser did not allow copying.', 'bad');
  }
}

// A fixed width, so that the mask says nothing about the key's length.
function mask(key: string): string {
  const prefix = key.startsWith('lmk1.') ? 'lmk1.' : '';
  return `${prefix}${MASK}`;
}
