import OpenAI from 'openai';

export const wire = 'openai';
const given = { model: 'gpt-4.1', messages: [{ role: 'user', content: 'Hello' }] };
const completions = (fetch) => new OpenAI({ apiKey: 'sk-bench', fetch, maxRetries: 0 }).chat.completions;

export async function call(fetch) {
  return (await completions(fetch).create(given)).choices[0].message.content;
}

export async function stream(fetch) {
  let text = '';
  for await (const { choices } of await completions(fetch).create({ ...given, stream: true })) {
    text += choices[0]?.delta.content ?? '';
  }
  return text;
}
