/** The demo page: opens the tab's session and mounts the four steps on it. */
import { mountChat } from './chat';
import { mountCreate } from './create';
import { byId, say } from './dom';
import { mountOverrides } from './overrides';
import { problemText } from './problems';
import { mountProductKey } from './product-key';
import { openSession } from './session';
import { mountStored } from './stored';

try {
  const session = openSession();
  mountProductKey(session);
  mountCreate(session);
  mountStored(session);
  mountOverrides(session);
  mountChat(session);
  await session.changed();
  document.documentElement.dataset.ready = 'true';
} catch (error) {
  say(byId('key-status', HTMLElement), problemText(error), 'bad');
}
