// Who else calls Cohere's chat, version 2.

import { KEY, WIRES } from '../wires.mjs';
import { aiPeers } from './ai.mjs';

const { model } = WIRES.cohere.settings;
const temperature = 0.7;

export async function coherePeers(load) {
  const { CohereClientV2 } = await load('cohere-ai');
  const { createCohere } = await load('@ai-sdk/cohere');
  return [
    vendor(CohereClientV2),
    ...(await aiPeers(load, '@ai-sdk/cohere', (fetch) => createCohere({ apiKey: KEY, fetch })(model), { temperature })),
  ];
}

function vendor(CohereClientV2) {
  const opened = (fetch, { messages, tools }) => {
    const asTool = (tool) => ({ type: 'function', function: tool });
    const client = new CohereClientV2({ token: KEY, fetch });
    return { client, body: { model, temperature, messages, ...(tools && { tools: tools.map(asTool) }) } };
  };
  const options = { maxRetries: 0 };
  return {
    name: 'cohere-ai',
    call: (fetch, request) => {
      const { client, body } = opened(fetch, request);
      return async () => (await client.chat(body, options)).message.content[0].text;
    },
    stream: (fetch, request) => {
      const { client, body } = opened(fetch, request);
      return async () => {
        let all = '';
        for await (const event of await client.chatStream(body, options)) {
          if (event.type === 'content-delta') all += event.delta.message.content.text;
        }
        return all;
      };
    },
    fragments: (fetch, request) => {
      const { client, body } = opened(fetch, request);
      return async () => {
        let text = '';
        for await (const event of await client.chatStream(body, options)) {
          if (event.type === 'tool-call-delta') text += event.delta.message.toolCalls.function.arguments;
        }
        return JSON.parse(text);
      };
    },
  };
}
