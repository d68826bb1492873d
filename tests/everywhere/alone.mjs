// What needs no permission of any kind: keys, storage in memory, resolution, and calls through the caller's own fetch.
// The package comes as an argument, so that CommonJS can hand it over as well.

const answer = {
  id: '1',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
};
const event = (choice) => `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`;
const events = [
  event({ delta: { content: 'Hi' } }),
  event({ delta: { content: ' there' } }),
  event({ delta: {}, finish_reason: 'stop' }),
  'data: [DONE]\n\n',
];

/** A provider without a network, told by the body whether to stream. All that it reads and says is ASCII. */
async function fetch(_url, { body }) {
  const isStream = JSON.parse(String.fromCharCode(...body)).stream === true;
  return isStream
    ? answered(events.join(''), 'text/event-stream')
    : answered(JSON.stringify(answer), 'application/json');
}

/** A response, or where there is no such class what a caller's fetch has to give at least. */
function answered(text, type) {
  if (globalThis.Response !== undefined) return new Response(text, { headers: { 'content-type': type } });
  const chunks = [{ done: false, value: Uint8Array.from(text, (letter) => letter.charCodeAt(0)) }];
  const reader = { read: async () => chunks.shift() ?? { done: true }, cancel: async () => undefined };
  return { status: 200, headers: new Map([['content-type', type]]), body: { getReader: () => reader } };
}

/** What the library does here; answers with what went wrong. */
export async function alone({ default: Ductape, DuctapeError }) {
  const failed = [];
  let passed = 0;
  const expect = (name, got, wanted) => {
    if (JSON.stringify(got) === JSON.stringify(wanted)) passed += 1;
    else failed.push(`${name}: got ${JSON.stringify(got)}`);
  };
  const thrown = (promise) => promise.catch((error) => error);
  const ductape = new Ductape({ product: 'shop', env: 'dev', fetch, dangerouslyAllowBrowser: true });
  const envs = [{ slug: 'dev', apiKey: 'sk-alone-0123456789', baseUrl: 'https://llm.example/v1' }];
  await ductape.model.create({ tag: 'chat', name: 'Chat', provider: 'custom', model: 'm', temperature: 0.5, envs });
  expect('sealed', (await ductape.model.fetch({ tag: 'chat' })).envs[0].keyStatus, 'sealed');
  expect('resolved', (await ductape.resolve({ model: 'chat' })).params, { temperature: 0.5 });
  expect('generated', (await ductape.generate({ model: 'chat', prompt: 'Hello' })).text, 'Hi');
  let text = '';
  for await (const part of ductape.stream({ model: 'chat', prompt: 'Hello' }).textStream) text += part;
  expect('streamed', text, 'Hi there');
  const error = await thrown(ductape.generate({ model: 'caht', prompt: 'Hello' }));
  expect('typed error', [DuctapeError.is(error), error.code], [true, 'model_not_found']);
  expect('rekeyed', (await ductape.keys.rekey()).complete, true);
  const signal = AbortSignal.abort();
  expect('aborted', (await thrown(ductape.generate({ model: 'chat', prompt: 'Hello', signal }))).code, 'aborted');
  return { passed, failed };
}
