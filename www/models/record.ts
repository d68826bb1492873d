/** The record beside the form, exactly as the store holds it, with what its parts are for. */
import type { Session } from '../state/session';
import { byId, say } from '../ui/dom';
import { problemText } from '../ui/problems';
import { containsKey, explainedRecord, markedRecord } from './record-parts';
import { recordText } from './records';

export function mountRecord(session: Session): (typed: readonly string[]) => Promise<void> {
  const record = byId('record', HTMLElement);
  const proof = byId('record-proof', HTMLElement);
  session.onChange(async () => {
    say(proof, '');
    try {
      const text = session.tag === '' ? '' : await recordText(session, session.tag);
      byId('record-empty', HTMLElement).hidden = text !== '';
      byId('record-body', HTMLElement).hidden = text === '';
      record.replaceChildren(markedRecord(text));
      byId('record-parts', HTMLElement).replaceChildren(explainedRecord(text));
    } catch (error) {
      say(proof, problemText(error), 'bad');
    }
  });
  return async (typed) => {
    if (typed.length > 0) prove(proof, await recordText(session, session.tag), typed);
  };
}

function prove(line: HTMLElement, text: string, typed: readonly string[]): void {
  const found = typed.filter((key) => containsKey(text, key)).length;
  const searched = `Searched for the ${typed.length === 1 ? 'key' : `${typed.length} keys`} just typed`;
  if (found > 0) say(line, `${searched}: ${found} found. That must not happen.`, 'bad');
  else say(line, `${searched}, as text, reversed, base64 and hex: 0 found.`, 'good');
}
