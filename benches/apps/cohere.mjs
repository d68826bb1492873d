import { CohereClientV2 } from 'cohere-ai';

export const wire = 'cohere';
const given = { model: 'command-a-03-2025', messages: [{ role: 'user', content: 'Hello' }] };

export async function call(fetch) {
  const answer = await new CohereClientV2({ token: 'sk-bench', fetch }).chat(given, { maxRetries: 0 });
  return answer.message.content[0].text;
}
