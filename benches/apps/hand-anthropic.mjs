// As short as a client for Messages can be.

export const wire = 'anthropic';
const URL = 'https://api.anthropic.com/v1/messages';
const headers = { 'content-type': 'application/json', 'x-api-key': 'sk-bench', 'anthropic-version': '2023-06-01' };
const messages = [{ role: 'user', content: 'Hello' }];
const post = (fetch, rest) =>
  fetch(URL, {
    method: 'POST',
    headers,
    body: JSON.stringify({ model: 'claude-sonnet-5-5', max_tokens: 1000, messages, ...rest }),
  });

export async function call(fetch) {
  return (await (await post(fetch)).json()).content[0].text;
}

export async function stream(fetch) {
  const { body } = await post(fetch, { stream: true });
  const decoder = new TextDecoder();
  let rest = '';
  let text = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop();
    for (const line of lines) if (line.startsWith('data: ')) text += JSON.parse(line.slice(6)).delta?.text ?? '';
  }
  return text;
}
