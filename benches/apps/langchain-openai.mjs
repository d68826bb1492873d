import { ChatOpenAI } from '@langchain/openai';

export const wire = 'openai';
const model = (fetch) =>
  new ChatOpenAI({ model: 'gpt-4.1', apiKey: 'sk-bench', maxRetries: 0, configuration: { fetch } });

export async function call(fetch) {
  return (await model(fetch).invoke('Hello')).text;
}

export async function stream(fetch) {
  let text = '';
  for await (const part of await model(fetch).stream('Hello')) text += part.text;
  return text;
}
