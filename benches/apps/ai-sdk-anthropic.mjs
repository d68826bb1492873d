import { createAnthropic } from '@ai-sdk/anthropic';

export const wire = 'anthropic';
const given = { prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }], maxOutputTokens: 1000 };
const model = (fetch) => createAnthropic({ apiKey: 'sk-bench', fetch })('claude-sonnet-5-5');

export async function call(fetch) {
  return (await model(fetch).doGenerate(given)).content[0].text;
}

export async function stream(fetch) {
  let text = '';
  for await (const part of (await model(fetch).doStream(given)).stream)
    if (part.type === 'text-delta') text += part.delta;
  return text;
}
