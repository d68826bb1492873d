// Who else calls OpenAI's chat completions.

import { KEY, WIRES } from '../wires.mjs';
import { aiPeers } from './ai.mjs';
import { langchainPeer } from './langchain.mjs';

const { model } = WIRES.openai.settings;
const temperature = 0.7;

export async function openaiPeers(load) {
  const { default: OpenAI } = await load('openai');
  const { zodResponseFormat } = await load('openai/helpers/zod');
  const { z } = await load('zod');
  const { createOpenAI } = await load('@ai-sdk/openai');
  const { ChatOpenAI } = await load('@langchain/openai');
  const ofLangchain = (fetch) =>
    new ChatOpenAI({ model, temperature, apiKey: KEY, maxRetries: 0, configuration: { fetch } });
  return [
    vendor(OpenAI, (name) => zodResponseFormat(itemsOf(z), name)),
    ...(await aiPeers(load, '@ai-sdk/openai', (fetch) => createOpenAI({ apiKey: KEY, fetch }).chat(model), {
      temperature,
    })),
    await langchainPeer(load, '@langchain/openai', ofLangchain),
  ];
}

/** The shape of `longObject`. */
function itemsOf(z) {
  const [id, name, price, tags, note] = [z.number(), z.string(), z.number(), z.array(z.string()), z.string()];
  return z.object({ items: z.array(z.object({ id, name, price, tags, note })) });
}

function vendor(OpenAI, formatOf) {
  const opened = (fetch, { messages, tools }) => {
    const asTool = (tool) => ({ type: 'function', function: tool });
    const completions = new OpenAI({ apiKey: KEY, fetch, maxRetries: 0 }).chat.completions;
    return { completions, body: { model, temperature, messages, ...(tools && { tools: tools.map(asTool) }) } };
  };
  const streamed = ({ completions, body }) =>
    completions.create({ ...body, stream: true, stream_options: { include_usage: true } });
  return {
    name: 'openai',
    call: (fetch, request) => {
      const { completions, body } = opened(fetch, request);
      return async () => (await completions.create(body)).choices[0].message.content;
    },
    stream: (fetch, request) => {
      const given = opened(fetch, request);
      return async () => {
        let all = '';
        for await (const { choices } of await streamed(given)) all += choices[0]?.delta.content ?? '';
        return all;
      };
    },
    fragments: (fetch, request) => {
      const given = opened(fetch, request);
      return async () => {
        let text = '';
        for await (const { choices } of await streamed(given)) {
          text += choices[0]?.delta.tool_calls?.[0].function.arguments ?? '';
        }
        return JSON.parse(text);
      };
    },
    objects: (fetch, request) => {
      const { completions, body } = opened(fetch, request);
      const response_format = formatOf('items');
      return async () => {
        let value;
        const stream = completions.stream({ ...body, response_format });
        stream.on('content.delta', ({ parsed }) => {
          value = parsed;
        });
        await stream.done();
        return value;
      };
    },
  };
}
