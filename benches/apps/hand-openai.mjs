// As short as a client for chat completions can be.

export const wire = 'openai';
const URL = 'https://api.openai.com/v1/chat/completions';
const headers = { 'content-type': 'application/json', authorization: 'Bearer sk-bench' };
const post = (fetch, rest) =>
  fetch(URL, {
    method: 'POST',
    headers,
    body: JSON.stringify({ model: 'gpt-4.1', messages: [{ role: 'user', content: 'Hello' }], ...rest }),
  });

export async function call(fetch) {
  return (await (await post(fetch)).json()).choices[0].message.content;
}

export async function stream(fetch) {
  const { body } = await post(fetch, { stream: true });
  const decoder = new TextDecoder();
  let rest = '';
  let text = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (!line.startsWith('data: ') || line === 'data: [DONE]') continue;
      text += JSON.parse(line.slice(6)).choices[0]?.delta.content ?? '';
    }
  }
  return text;
}
