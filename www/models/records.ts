/** The records of the product in view as the store holds them: their keys, and the tags that the keys spell. */
import type { Session } from '../state/session';

const MOST_SHOWN = 1000;
// Agents' records lie apart: a model's key is the prefix and one segment.
const prefixOf = (session: Session): string => `lm1/${session.product}/`;

/** Tag -> storage key, by tag. Needs no key at all, so that records of another one are listed too. */
export async function storedRecords(session: Session): Promise<Map<string, string>> {
  const prefix = prefixOf(session);
  const { keys } = await session.storage.list(prefix, { limit: MOST_SHOWN });
  const own = keys.map((key) => ({ key, name: key.slice(prefix.length) })).filter(({ name }) => !name.includes('/'));
  return new Map(own.map(({ key, name }) => [tagOf(name), key]));
}

/** The text of one record; empty where there is none. */
export async function recordText(session: Session, tag: string): Promise<string> {
  const key = (await storedRecords(session)).get(tag);
  return key === undefined ? '' : ((await session.storage.get(key))?.value ?? '');
}

// Keys spell what is no lower-case letter, digit, hyphen or underscore as a tilde and two hex digits.
function tagOf(name: string): string {
  return name.replaceAll(/~([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
