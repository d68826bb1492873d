// What a call costs next to a client written by hand for one provider: same canned replies, same process, rounds taken in
// turn, ratios of medians. Times drift from machine to machine; ratios are what to read.

import Ductape from 'ductape-models';

const ROUNDS = 41;
const DELTAS = 2000;
const KEY = 'sk-bench-0123456789abcdef';
const URL = 'https://llm.example/v1/chat/completions';
const encoder = new TextEncoder();

const answer = JSON.stringify({
  id: 'a',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello there.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 3 },
});
const delta = (content) =>
  `data: ${JSON.stringify({ id: 'a', model: 'm', choices: [{ index: 0, delta: { content } }] })}\n\n`;
const events = [
  ...Array.from({ length: DELTAS }, (_, at) => delta(` word${at % 10}`)),
  `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n`,
  'data: [DONE]\n\n',
];

/** The events' bytes in pieces of `size`; one event a piece for 0. */
function pieces(size) {
  if (size === 0) return events.map((event) => encoder.encode(event));
  const all = encoder.encode(events.join(''));
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.subarray(at * size, (at + 1) * size));
}

function streaming(chunks) {
  return async () =>
    new Response(
      new ReadableStream({
        start(controller) {
          for (const chunk of chunks) controller.enqueue(chunk);
          controller.close();
        },
      }),
      { headers: { 'content-type': 'text/event-stream' } },
    );
}

async function handCall(fetch) {
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hello' }], temperature: 0.7 });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${KEY}` };
  const response = await fetch(URL, { method: 'POST', headers, body });
  const { choices, usage } = await response.json();
  return { text: choices[0].message.content, usage };
}

async function handStream(fetch) {
  const response = await fetch(URL, { method: 'POST', body: '{}' });
  const decoder = new TextDecoder();
  let rest = '';
  let text = '';
  for await (const chunk of response.body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (!line.startsWith('data: ') || line === 'data: [DONE]') continue;
      text += JSON.parse(line.slice(6)).choices[0]?.delta.content ?? '';
    }
  }
  return text.length;
}

async function client(fetch) {
  const ductape = new Ductape({ product: 'shop', env: 'prd', fetch });
  const envs = [{ slug: 'prd', baseUrl: 'https://llm.example', apiKey: KEY }];
  await ductape.model.create({ tag: 'bench', name: 'Bench', provider: 'custom', model: 'm', envs });
  return ductape;
}

async function ourStream(ductape) {
  let length = 0;
  for await (const text of ductape.stream({ model: 'bench', prompt: 'Hello' }).textStream) length += text.length;
  return length;
}

async function timed(work, times) {
  const start = performance.now();
  for (let at = 0; at < times; at += 1) await work();
  return ((performance.now() - start) * 1000) / times;
}

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

async function compare(name, unit, times, hand, ours) {
  const [left, right] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const order =
      round % 2 === 0
        ? [
            [hand, left],
            [ours, right],
          ]
        : [
            [ours, right],
            [hand, left],
          ];
    for (const [work, list] of order) list.push((await timed(work, times)) / unit);
  }
  const [a, b] = [median(left), median(right)];
  console.log(`${name}: hand ${a.toFixed(2)} us, ours ${b.toFixed(2)} us, ratio ${(b / a).toFixed(2)}`);
}

const replying = async () => new Response(answer);
const small = await client(replying);
await compare(
  'small call (storage, resolve, decrypt)',
  1,
  50,
  () => handCall(replying),
  () => small.generate({ model: 'bench', prompt: 'Hello' }),
);
for (const [name, size] of [
  ['network chunks of 16 kB', 16384],
  ['one event per chunk', 0],
  ['chunks of 7 bytes', 7],
]) {
  const fetch = streaming(pieces(size));
  const ductape = await client(fetch);
  if ((await handStream(fetch)) !== (await ourStream(ductape))) throw new Error('the two read different texts');
  await compare(
    `stream, per event, ${name}`,
    DELTAS,
    size === 7 ? 1 : 2,
    () => handStream(fetch),
    () => ourStream(ductape),
  );
}
