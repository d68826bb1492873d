// Who else calls Anthropic's Messages.

import { KEY, WIRES } from '../wires.mjs';
import { aiPeers } from './ai.mjs';
import { langchainPeer } from './langchain.mjs';

const { model } = WIRES.anthropic.settings;
const MOST = 1000;

export async function anthropicPeers(load) {
  const { default: Anthropic } = await load('@anthropic-ai/sdk');
  const { createAnthropic } = await load('@ai-sdk/anthropic');
  const { ChatAnthropic } = await load('@langchain/anthropic');
  const ofLangchain = (fetch) =>
    new ChatAnthropic({ model, maxTokens: MOST, apiKey: KEY, maxRetries: 0, clientOptions: { fetch } });
  const settings = { maxOutputTokens: MOST };
  return [
    ...vendors(Anthropic),
    ...(await aiPeers(load, '@ai-sdk/anthropic', (fetch) => createAnthropic({ apiKey: KEY, fetch })(model), settings)),
    await langchainPeer(load, '@langchain/anthropic', ofLangchain),
  ];
}

/** The vendor's, by its raw events and by its helper that builds the message as it comes. */
function vendors(Anthropic) {
  const opened = (fetch, { messages, tools }) => {
    const asTool = ({ parameters, ...tool }) => ({ ...tool, input_schema: parameters });
    const of = new Anthropic({ apiKey: KEY, fetch, maxRetries: 0 }).messages;
    return { of, body: { model, max_tokens: MOST, messages, ...(tools && { tools: tools.map(asTool) }) } };
  };
  const joined = (field) => (fetch, request) => {
    const { of, body } = opened(fetch, request);
    return async () => {
      let all = '';
      for await (const event of await of.create({ ...body, stream: true })) {
        if (event.type === 'content_block_delta') all += event.delta[field];
      }
      return field === 'text' ? all : JSON.parse(all);
    };
  };
  return [
    {
      name: '@anthropic-ai/sdk',
      call: (fetch, request) => {
        const { of, body } = opened(fetch, request);
        return async () => (await of.create(body)).content[0].text;
      },
      stream: joined('text'),
      fragments: joined('partial_json'),
    },
    {
      name: '@anthropic-ai/sdk, helper',
      stream: (fetch, request) => {
        const { of, body } = opened(fetch, request);
        return async () => {
          let all = '';
          for await (const event of of.stream(body)) if (event.type === 'content_block_delta') all += event.delta.text;
          return all;
        };
      },
    },
  ];
}
