/** Agents: defined with a model's tag, a prompt and tools; run with everything that happens in a timeline. */
import type { AgentView } from 'ductape-models';
import { CHAT_AGENT } from '../chat/here';
import type { Session } from '../state/session';
import { ask } from '../ui/dialog';
import { byId, choices, make, say } from '../ui/dom';
import { problemText } from '../ui/problems';
import { AgentForm } from './form';
import { mountRun } from './run';

export function mountAgents(session: Session): void {
  const form = new AgentForm();
  const list = byId('agent-list', HTMLElement);
  const status = byId('agent-status', HTMLElement);
  let chosen = '';

  const show = async (): Promise<void> => {
    const agents = await session.ductape.agents.fetchAll();
    const readable = agents.filter((agent): agent is AgentView => !('unreadable' in agent));
    const current = readable.find(({ tag }) => tag === chosen);
    chosen = current?.tag ?? '';
    list.replaceChildren(...readable.map((agent) => itemOf(agent, chosen, open)));
    byId('agent-delete', HTMLButtonElement).hidden = chosen === '';
    choices(
      byId('agent-to-run', HTMLSelectElement),
      readable.map(({ tag }) => tag),
      chosen || undefined,
    );
  };
  const open = (agent: AgentView): void => {
    chosen = agent.tag;
    form.fill(agent);
    void show();
  };

  session.onChange(async () => {
    try {
      const models = await session.ductape.model.fetchAll();
      form.models(
        models.flatMap(({ tag }) => (tag === undefined ? [] : [tag])),
        session.tag,
      );
      await show();
    } catch (error) {
      say(status, problemText(error), 'bad');
    }
  });
  byId('agent-form', HTMLFormElement).addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      const agent = await session.ductape.agents.define(form.read());
      chosen = agent.tag;
      await show();
      const warnings = (agent.warnings ?? []).map(({ message }) => ` ${message}`).join('');
      say(status, `Defined ${agent.tag}, revision ${agent.rev}.${warnings}`, 'good');
    } catch (error) {
      say(status, problemText(error), 'bad');
    }
  });
  byId('agent-delete', HTMLButtonElement).addEventListener('click', async () => {
    const text = ['Its definition goes. The model that it names stays.'];
    if (!(await ask({ title: `Delete ${chosen}?`, text, action: 'Delete', danger: true }))) return;
    try {
      const { tag } = await session.ductape.agents.delete({ tag: chosen });
      say(status, `Deleted ${tag}.`, 'good');
      await show();
    } catch (error) {
      say(status, problemText(error), 'bad');
    }
    byId('agent-tag', HTMLInputElement).focus();
  });
  mountRun(session);
}

function itemOf(agent: AgentView, chosen: string, open: (agent: AgentView) => void): HTMLElement {
  const tools = agent.tools?.map(({ tag }) => tag).join(', ') || 'no tools';
  const model = typeof agent.model === 'string' ? agent.model : 'a model of its own';
  const about = agent.tag === CHAT_AGENT ? 'kept by the chat' : `${model} · ${tools}`;
  const current = agent.tag === chosen ? 'true' : undefined;
  const item = make(
    'button',
    { type: 'button', 'aria-current': current },
    make('strong', {}, agent.tag),
    make('span', {}, about),
  );
  item.addEventListener('click', () => open(agent));
  return make('li', {}, item);
}
