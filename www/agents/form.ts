/** The form in which an agent is defined. */
import type { AgentInput, AgentView } from 'ductape-models';
import { TOOLS, toolsOf } from '../../worker/mock/tools';
import { byId, choices, make, textOf } from '../ui/dom';
import { fillSettings, numberOf, readSettings, settingFields } from '../ui/settings';

const PREFIX = 'agent-config';

export class AgentForm {
  readonly #form = byId('agent-form', HTMLFormElement);
  readonly #model = byId('agent-model', HTMLSelectElement);

  constructor() {
    byId('agent-settings', HTMLElement).append(...settingFields(PREFIX));
    const items = TOOLS.map(({ tag, description = '', requiresConfirmation }) => {
      const box = make('input', { type: 'checkbox', name: 'tools', value: tag, id: `tool-${tag}` });
      box.checked = true;
      const asks = requiresConfirmation ? [make('span', { class: 'badge' }, 'asks first')] : [];
      const label = make(
        'label',
        { for: box.id, class: 'check' },
        box,
        make('code', {}, tag),
        ` ${description} `,
        ...asks,
      );
      return make('li', {}, label);
    });
    byId('agent-tools', HTMLElement).append(...items);
  }

  models(tags: readonly string[], inView: string): void {
    choices(this.#model, tags, this.#model.value || inView);
  }

  read(): AgentInput {
    const form = new FormData(this.#form);
    const most = textOf(form, 'maxIterations');
    return {
      tag: textOf(form, 'tag'),
      name: textOf(form, 'name') || undefined,
      model: textOf(form, 'model'),
      systemPrompt: textOf(form, 'systemPrompt') || undefined,
      tools: toolsOf(form.getAll('tools').map(String)),
      modelConfig: readSettings(form, PREFIX),
      termination: most === '' ? undefined : { maxIterations: numberOf(most) ?? undefined },
    };
  }

  fill(agent: AgentView): void {
    const fields = { tag: agent.tag, name: agent.name ?? '', systemPrompt: agent.systemPrompt ?? '' };
    const most = agent.termination?.maxIterations;
    for (const [name, value] of Object.entries({ ...fields, maxIterations: most === undefined ? '' : String(most) })) {
      const field = this.#form.elements.namedItem(name);
      if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) field.value = value;
    }
    if (typeof agent.model === 'string') this.#model.value = agent.model;
    const tags = agent.tools?.map(({ tag }) => tag) ?? [];
    for (const { tag } of TOOLS) byId(`tool-${tag}`, HTMLInputElement).checked = tags.includes(tag);
    fillSettings(this.#form, PREFIX, agent.modelConfig ?? {});
  }
}
