/** A stored record as text with its telling parts marked and explained; everything else is shown as it stands. */
import { make } from '../ui/dom';

// What the head of a record and a sealed key look like.
const HEAD = /^(LM[RP]1)\.([a-z2-7]{10})\.([0-9a-f]{32})\./;
const KEYED = 'Over the record and its place, made with the product key: an edit by anybody else is found out.';
const BARE =
  'Anybody could make this checksum. The first client with a product key that rewrites the record replaces it.';
const SEALED = /lm1\.([kp])\.([a-z2-7]{10})\.[\w-]+/g;

export function markedRecord(text: string): DocumentFragment {
  const marked = document.createDocumentFragment();
  const head = HEAD.exec(text);
  const from = head?.[0].length ?? 0;
  if (head !== null) {
    const [, version = '', kid = '', mac = ''] = head;
    marked.append(part('version', version), '.', part('kid', kid), '.', part('mac', mac), '.');
  }
  marked.append(make('span', { class: 'part-json' }, sealedMarked(text.slice(from))));
  return marked;
}

function sealedMarked(json: string): DocumentFragment {
  const marked = document.createDocumentFragment();
  let from = 0;
  for (const match of json.matchAll(SEALED)) {
    marked.append(json.slice(from, match.index), make('mark', {}, match[0]));
    from = match.index + match[0].length;
  }
  marked.append(json.slice(from));
  return marked;
}

/** What each part is for, as terms of a list. */
export function explainedRecord(text: string): HTMLElement {
  const [, version, kid] = HEAD.exec(text) ?? [];
  const sealed = [...text.matchAll(SEALED)];
  const list = make('dl', { class: 'parts' });
  const add = (kind: string, name: string, meaning: string): void => {
    list.append(make('dt', {}, part(kind, name)), make('dd', {}, meaning));
  };
  const keyed = version === 'LMR1';
  if (version !== undefined && kid !== undefined) {
    add('version', version, keyed ? 'Written by a client with a product key.' : 'Written with a public key only.');
    add('kid', 'kid', `${kid}: the id of that key.`);
    add('mac', 'mac', keyed ? KEYED : BARE);
  }
  add(
    'json',
    'json',
    'The settings, readable: provider, model, environments. Earlier settings follow on further lines.',
  );
  for (const opener of new Set(sealed.map(([, kind]) => kind))) {
    const by = opener === 'p' ? 'the private half of a public key' : 'the product key';
    const count = sealed.filter(([, kind]) => kind === opener).length;
    const tied = 'It is tied to product, tag, environment, provider and server: moved elsewhere, it stays shut.';
    add(
      'sealed',
      `lm1.${opener}`,
      `${count} sealed API ${count === 1 ? 'key' : 'keys'}. Only ${by} opens one. ${tied}`,
    );
  }
  return list;
}

/** Whether a key stands in the text, plain, reversed, in base64 or in hex. */
export function containsKey(text: string, key: string): boolean {
  const bytes = new TextEncoder().encode(key);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const base64 = btoa(String.fromCharCode(...bytes)).replaceAll('=', '');
  return [key, [...key].reverse().join(''), hex, base64].some((form) => text.includes(form));
}

function part(kind: string, text: string): HTMLElement {
  return make('span', { class: `part-${kind}` }, text);
}
