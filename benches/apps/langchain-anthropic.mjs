import { ChatAnthropic } from '@langchain/anthropic';

export const wire = 'anthropic';
const model = (fetch) =>
  new ChatAnthropic({
    model: 'claude-sonnet-5-5',
    maxTokens: 1000,
    apiKey: 'sk-bench',
    maxRetries: 0,
    clientOptions: { fetch },
  });

export async function call(fetch) {
  return (await model(fetch).invoke('Hello')).text;
}

export async function stream(fetch) {
  let text = '';
  for await (const part of await model(fetch).stream('Hello')) text += part.text;
  return text;
}
