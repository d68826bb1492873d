/** Where records lie: the choice, what the chosen place means, and its keys. */
import Ductape, { type WebCryptoKey } from 'ductape-models';
import { ask } from '../ui/dialog';
import { button, byId, make, say } from '../ui/dom';
import { problemText } from '../ui/problems';
import { hasConsent, withdrawConsent } from './consent';
import { probeGateway } from './gateway';
import type { Mode } from './places';
import { freshKey, keepProductKey, productKey } from './product-key';
import { changePublicKey, publicKey } from './public-key';
import type { Session } from './session';

const ITEM = 'ductape-place';
const NAMES: Readonly<Record<Mode, string>> = {
  browser: 'this browser',
  sealed: 'this browser, write-only',
  gateway: 'the gateway',
};

/** The place of the last visit of this tab. */
export function lastPlace(): Mode {
  const kept = sessionStorage.getItem(ITEM);
  return kept === 'sealed' || kept === 'gateway' ? kept : 'browser';
}

export function mountPlaceBar(session: Session): void {
  const status = byId('place-status', HTMLElement);
  const radios = [...byId('places', HTMLElement).querySelectorAll('input')];
  for (const radio of radios) {
    radio.addEventListener('change', async () => {
      try {
        await session.moveTo(radio.value as Mode);
        sessionStorage.setItem(ITEM, session.mode);
        say(status, '');
      } catch (error) {
        say(status, problemText(error), 'bad');
      }
      choose(radios, session.mode);
    });
  }
  choose(radios, session.mode);
  void offerGateway(radios.find(({ value }) => value === 'gateway'));
  session.onChange(() => showKeys(session, status));
}

function choose(radios: readonly HTMLInputElement[], mode: Mode): void {
  for (const radio of radios) radio.checked = radio.value === mode;
}

async function offerGateway(radio: HTMLInputElement | undefined): Promise<void> {
  const found = await probeGateway();
  if (radio !== undefined) radio.disabled = !found.available;
  byId('gateway-hint', HTMLElement).textContent = found.available
    ? 'A server keeps the records and makes the calls. This page can store keys there and open none.'
    : `Not available. ${found.reason}`;
}

async function showKeys(session: Session, status: HTMLElement): Promise<void> {
  const place = byId('place-keys', HTMLElement);
  byId('place-now', HTMLElement).textContent = NAMES[session.mode];
  byId('write-only', HTMLElement).hidden = !session.writeOnly;
  byId('calls-fail', HTMLElement).hidden = session.mode !== 'sealed';
  byId('calls-gateway', HTMLElement).hidden = session.mode !== 'gateway';
  const { mode } = session;
  const of = mode === 'sealed' ? await publicKey() : '';
  // What is being typed stays: other changes than of this key tell the page nothing new about it.
  if (mode === 'sealed' && place.dataset.of === of) return;
  const shown = await keysOf(session, status, of);
  // The place may have been left meanwhile.
  if (mode !== session.mode) return;
  place.replaceChildren(...shown);
  place.dataset.of = of;
}

async function keysOf(session: Session, status: HTMLElement, of: string): Promise<HTMLElement[]> {
  if (session.mode === 'browser') return browserKeys(session, status);
  if (session.mode === 'sealed') return [sealedKeys(session, status, of)];
  const text = 'Calls carry a token of a few minutes, which this page keeps in memory.';
  return [make('p', { class: 'hint' }, text)];
}

async function browserKeys(session: Session, status: HTMLElement): Promise<HTMLElement[]> {
  const { keys } = await session.ductape.keys.doctor().catch(() => ({ keys: [] }));
  const id = keys.find(({ role }) => role === 'primary')?.keyId ?? 'not read';
  const text = make(
    'p',
    {},
    'Product key ',
    make('code', { id: 'product-key-id' }, id),
    ', held by the browser. No script can read it.',
  );
  const change = button('Change product key', () => rekey(session, status), { class: 'quiet', id: 'key-change' });
  const forget = button('Forget it', () => forgetKey(session, status), { class: 'quiet danger', id: 'key-forget' });
  const row = make('div', { class: 'actions' }, change, forget);
  if (hasConsent()) {
    const withdraw = (): Promise<void> => {
      withdrawConsent();
      return session.changed();
    };
    row.append(button('Withdraw direct access', withdraw, { class: 'quiet' }));
  }
  return [text, row];
}

function sealedKeys(session: Session, status: HTMLElement, key: string): HTMLElement {
  const field = make('input', { id: 'public-key', autocomplete: 'off', spellcheck: 'false', class: 'mono' });
  field.value = key;
  const form = make(
    'form',
    { id: 'public-key-form' },
    make('label', { for: 'public-key' }, 'Public key'),
    make('div', { class: 'row' }, field, make('button', { type: 'submit', class: 'quiet' }, 'Use it')),
    make(
      'p',
      { class: 'hint' },
      'This one was made here and its private half thrown away. Paste the lmp1 key of your own pair to store keys for your server.',
    ),
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      await changePublicKey(field.value.trim());
      await session.moveTo('sealed');
      say(status, 'New API keys are sealed to that key from now on.', 'good');
    } catch (error) {
      say(status, problemText(error), 'bad');
    }
  });
  return form;
}

/** Everything stored is sealed anew with a fresh key; only then the fresh key takes the old one's place. */
async function rekey(session: Session, status: HTMLElement): Promise<void> {
  try {
    const fresh = await freshKey();
    const ring = { primary: fresh as WebCryptoKey, others: [await productKey()] };
    const { storage, product } = session;
    const report = await new Ductape({ product, storage, privateKey: ring, user_id: 'this page' }).keys.rekey();
    if (!report.complete) {
      return say(
        status,
        `${report.failed.length} records could not be sealed anew: ${codes(report.failed)}. The key stays.`,
        'bad',
      );
    }
    await keepProductKey(fresh);
    await session.moveTo('browser');
    say(status, `Sealed ${report.rewrapped} records anew, under ${report.keyId}.`, 'good');
  } catch (error) {
    say(status, problemText(error), 'bad');
  }
  byId('key-change', HTMLButtonElement).focus();
}

async function forgetKey(session: Session, status: HTMLElement): Promise<void> {
  const text = ['What is stored here stays, and nobody can open its API keys any more: calls end in unknown_key.'];
  if (!(await ask({ title: 'Forget the product key?', text, action: 'Forget it', danger: true }))) return;
  await keepProductKey(await freshKey());
  await session.moveTo('browser');
  say(status, 'This browser has a new product key. Earlier records stay closed.', 'plain');
  byId('key-forget', HTMLButtonElement).focus();
}

function codes(failed: readonly { code: string }[]): string {
  return [...new Set(failed.map(({ code }) => code))].join(', ');
}
