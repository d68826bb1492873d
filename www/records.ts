/** Where this page's records lie in the store: their keys, and the tags that the keys spell. */
import { PRODUCT, type Session } from './session';

const PREFIX = `lm1/${PRODUCT}/`;
const MOST_SHOWN = 1000;

/** Tag -> storage key, by tag. Needs no product key, so that records of another one are listed too. */
export async function storedRecords(session: Session): Promise<Map<string, string>> {
  const { keys } = await session.storage.list(PREFIX, { limit: MOST_SHOWN });
  return new Map(keys.map((key) => [tagOf(key), key]));
}

// Keys spell what is no lower-case letter, digit, hyphen or underscore as a tilde and two hex digits.
function tagOf(key: string): string {
  return key
    .slice(PREFIX.length)
    .replaceAll(/~([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
