// Who else calls Gemini.

import { KEY, WIRES } from '../wires.mjs';
import { aiPeers } from './ai.mjs';
import { langchainPeer } from './langchain.mjs';

const { model } = WIRES.google.settings;
const temperature = 0.7;

export async function googlePeers(load) {
  const { GoogleGenAI } = await load('@google/genai');
  const { createGoogle } = await load('@ai-sdk/google');
  const { ChatGoogle } = await load('@langchain/google');
  const ofLangchain = (fetch) => {
    const apiClient = { hasApiKey: () => true, getProjectId: async () => 'p', fetch };
    return new ChatGoogle({ model, temperature, apiKey: KEY, maxRetries: 0, apiClient });
  };
  return [
    vendor(GoogleGenAI),
    ...(await aiPeers(load, '@ai-sdk/google', (fetch) => createGoogle({ apiKey: KEY, fetch })(model), { temperature })),
    await langchainPeer(load, '@langchain/google', ofLangchain),
  ];
}

function vendor(GoogleGenAI) {
  const opened = (fetch, { messages, tools }) => {
    const contents = messages.map(({ role, content }) => ({
      role: role === 'assistant' ? 'model' : role,
      parts: [{ text: content }],
    }));
    const asTool = ({ parameters, ...tool }) => ({ ...tool, parametersJsonSchema: parameters });
    const config = { temperature, ...(tools && { tools: [{ functionDeclarations: tools.map(asTool) }] }) };
    return {
      models: new GoogleGenAI({ apiKey: KEY, httpOptions: { fetch } }).models,
      given: { model, contents, config },
    };
  };
  return {
    name: '@google/genai',
    call: (fetch, request) => {
      const { models, given } = opened(fetch, request);
      return async () => (await models.generateContent(given)).text;
    },
    stream: (fetch, request) => {
      const { models, given } = opened(fetch, request);
      return async () => {
        let all = '';
        for await (const { text } of await models.generateContentStream(given)) all += text ?? '';
        return all;
      };
    },
  };
}
