/** The page: opens the place of the last visit and mounts every view on it. */
import { mountAgents } from './agents/view';
import { mountChat } from './chat/chat';
import { mountLab } from './lab/lab';
import { mountDelete } from './models/delete';
import { ModelForm } from './models/form';
import { mountHistory } from './models/history';
import { mountList } from './models/list';
import { mountRecord } from './models/record';
import { lastPlace, mountPlaceBar } from './state/place-bar';
import { Session } from './state/session';
import { byId, say } from './ui/dom';
import { problemText } from './ui/problems';
import { mountViews } from './ui/views';

try {
  mountViews();
  const session = await openSession();
  mountPlaceBar(session);
  let prove = async (_typed: readonly string[]): Promise<void> => undefined;
  const form = new ModelForm(session, (typed) => prove(typed));
  mountList(session, form);
  form.mount();
  prove = mountRecord(session);
  mountHistory(session);
  mountDelete(session);
  mountLab(session);
  mountChat(session);
  mountAgents(session);
  await session.changed();
  document.documentElement.dataset.ready = 'true';
} catch (error) {
  say(byId('place-status', HTMLElement), problemText(error), 'bad');
}

/** The last place; where that is gone, such as a gateway, this browser. */
function openSession(): Promise<Session> {
  const mode = lastPlace();
  return Session.open(mode).catch((error: unknown) => {
    if (mode === 'browser') throw error;
    return Session.open('browser');
  });
}
