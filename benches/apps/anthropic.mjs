import Anthropic from '@anthropic-ai/sdk';

export const wire = 'anthropic';
const given = { model: 'claude-sonnet-5-5', max_tokens: 1000, messages: [{ role: 'user', content: 'Hello' }] };
const messages = (fetch) => new Anthropic({ apiKey: 'sk-bench', fetch, maxRetries: 0 }).messages;

export async function call(fetch) {
  return (await messages(fetch).create(given)).content[0].text;
}

export async function stream(fetch) {
  let text = '';
  for await (const event of await messages(fetch).create({ ...given, stream: true })) {
    if (event.type === 'content_block_delta') text += event.delta.text;
  }
  return text;
}
