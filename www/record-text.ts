/** A stored record as text with its telling parts marked: the sealed keys and the integrity check. */
import { make } from './dom';

// What the sealed text form and the record's head look like; everything else is shown as it stands.
const SEALED = /lm1\.[kp]\.[a-z0-9]+\.[\w-]+/g;
const HEAD = /^LMR1\w*(?:\.[a-z0-9]+)?\.[0-9a-f]{32}\./;

export function markedRecord(text: string): DocumentFragment {
  const marked = document.createDocumentFragment();
  const head = HEAD.exec(text)?.[0] ?? '';
  if (head !== '') marked.append(make('span', { class: 'integrity' }, head));
  let from = head.length;
  for (const match of text.matchAll(SEALED)) {
    marked.append(text.slice(from, match.index), make('mark', {}, match[0]));
    from = match.index + match[0].length;
  }
  marked.append(text.slice(from));
  return marked;
}

/** Whether a key stands in the text, plain, reversed, in base64 or in hex. */
export function containsKey(text: string, key: string): boolean {
  const hex = [...new TextEncoder().encode(key)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const reversed = [...key].reverse().join('');
  return [key, reversed, hex, btoa(key).replaceAll('=', '')].some((form) => text.includes(form));
}
