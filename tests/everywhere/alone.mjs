// What needs no permission of any kind: keys, storage in memory, resolution, and calls through the caller's own fetch.
import Ductape, { DuctapeError } from 'ductape-models';

const answer = { id: '1', model: 'm', choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }] };
const events = ['Hi', ' there'].map((content) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`);
const end = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`;
const fetch = async (_url, { body }) => {
  const isStream = JSON.parse(new TextDecoder().decode(body)).stream === true;
  if (!isStream) return new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } });
  return new Response(events.join('') + end, { headers: { 'content-type': 'text/event-stream' } });
};

const failed = [];
const expect = (name, got, wanted) => {
  if (JSON.stringify(got) !== JSON.stringify(wanted)) failed.push(`${name}: got ${JSON.stringify(got)}`);
};
const ductape = new Ductape({ product: 'shop', env: 'dev', fetch, dangerouslyAllowBrowser: true });
await ductape.model.create({
  tag: 'chat', name: 'Chat', provider: 'custom', model: 'm', temperature: 0.5,
  envs: [{ slug: 'dev', apiKey: 'sk-alone-0123456789', baseUrl: 'https://llm.example/v1' }],
});
expect('sealed', (await ductape.model.fetch({ tag: 'chat' })).envs[0].keyStatus, 'sealed');
expect('resolved', (await ductape.resolve({ model: 'chat' })).params, { temperature: 0.5 });
expect('generated', (await ductape.generate({ model: 'chat', prompt: 'Hello' })).text, 'Hi');
let text = '';
for await (const part of ductape.stream({ model: 'chat', prompt: 'Hello' }).textStream) text += part;
expect('streamed', text, 'Hi there');
const error = await ductape.generate({ model: 'caht', prompt: 'Hello' }).catch((thrown) => thrown);
expect('typed error', [DuctapeError.is(error), error.code], [true, 'model_not_found']);
expect('rekeyed', (await ductape.keys.rekey()).complete, true);
const signal = AbortSignal.abort();
expect('aborted', (await ductape.generate({ model: 'chat', prompt: 'Hello', signal }).catch((thrown) => thrown)).code, 'aborted');

console.log(`TALLY ${JSON.stringify({ passed: 7 - failed.length, failed })}`);
