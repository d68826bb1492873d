import Ductape from 'ductape-models';

export const wire = 'openai';
let ductape;

async function client(fetch) {
  if (ductape === undefined) {
    ductape = new Ductape({ product: 'shop', env: 'prd', fetch: (...given) => current(...given) });
    const envs = [{ slug: 'prd', apiKey: 'sk-bench-0123456789abcdef' }];
    await ductape.model.create({
      tag: 'bench',
      name: 'Bench',
      provider: 'openai',
      api: 'chat',
      model: 'gpt-4.1',
      envs,
    });
  }
  current = fetch;
  return ductape;
}

let current;

export async function call(fetch) {
  return (await (await client(fetch)).generate({ model: 'bench', prompt: 'Hello' })).text;
}

export async function stream(fetch) {
  let text = '';
  for await (const part of (await client(fetch)).stream({ model: 'bench', prompt: 'Hello' }).textStream) text += part;
  return text;
}
