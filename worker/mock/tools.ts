/** The tools that the demo's agents may have. Their handlers run in the page or at the gateway; what they look up is made up. */
import type { AgentTool } from 'ductape-models';

const ORDERS: Readonly<Record<string, object>> = {
  '1042': { status: 'shipped', carrier: 'by ship', due: 'Friday' },
  '1043': { status: 'packed', due: 'Monday' },
};

const number = { type: 'string', description: 'The order number, such as 1042.' };

export const TOOLS: readonly AgentTool[] = [
  {
    tag: 'get_weather',
    description: 'The weather in a city now.',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['celsius', 'fahrenheit'] } },
      required: ['city'],
    },
    handler: (_context, { city }) => ({ city, degrees: 29, sky: 'partly cloudy' }),
    timeout: 5000,
  },
  {
    tag: 'find_order',
    description: 'Finds an order by its number.',
    parameters: { type: 'object', properties: { number }, required: ['number'] },
    handler: (_context, params) => {
      const order = ORDERS[String(params.number)];
      // The model is told the message and can ask for another number.
      if (order === undefined) throw new Error(`There is no order ${String(params.number)}.`);
      return { number: params.number, ...order };
    },
    timeout: 5000,
  },
  {
    tag: 'refund_order',
    description: 'Gives the money for an order back. Somebody has to agree.',
    parameters: { type: 'object', properties: { number }, required: ['number'] },
    requiresConfirmation: true,
    handler: (_context, params) => ({ number: params.number, refunded: true }),
    timeout: 5000,
  },
];

/** The tools with these tags. */
export function toolsOf(tags: readonly string[]): AgentTool[] {
  return TOOLS.filter(({ tag }) => tags.includes(tag));
}
