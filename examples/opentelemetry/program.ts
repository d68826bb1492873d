// A request of a shop, traced: an agent that looks an order up, and a streamed answer. The spans stay in memory and are
// printed at the end; a real program gives its provider an exporter that sends them somewhere.

import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import Ductape from 'ductape-models';

import { tracing } from './tracing.js';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
trace.setGlobalTracerProvider(provider);
// Without a context manager, every call is a trace of its own.
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

const ductape = new Ductape({ product: 'shop', env: 'dev', ...tracing() });
await ductape.model.create({
  tag: 'support',
  name: 'Support',
  provider: 'custom',
  model: process.env.MODEL ?? 'gpt-4.1',
  envs: [{ slug: 'dev', baseUrl: process.env.MODEL_URL ?? 'https://api.openai.com/v1', apiKey: process.env.MODEL_KEY }],
});
await ductape.agents.define({
  tag: 'clerk',
  model: 'support',
  systemPrompt: 'You answer questions about orders.',
  tools: [
    {
      tag: 'find_order',
      description: 'Finds an order by its number.',
      parameters: { type: 'object', properties: { number: { type: 'string' } }, required: ['number'] },
      handler: async (_context, { number }) => ({ number, status: 'shipped' }),
    },
  ],
});

await trace.getTracer('shop').startActiveSpan('GET /orders/7', async (span) => {
  const { output } = await ductape.agents.run({ tag: 'clerk', input: 'Where is order 7?' });
  process.stdout.write(`${output}\n`);
  for await (const text of ductape.stream({ model: 'support', prompt: 'Say hello' }).textStream) {
    process.stdout.write(text);
  }
  process.stdout.write('\n');
  span.end();
});

for (const span of exporter.getFinishedSpans()) {
  const { name, kind, attributes } = span;
  const [id, parent] = [span.spanContext().spanId, span.parentSpanContext?.spanId];
  const happened = span.events.map((event) => event.name);
  process.stdout.write(
    `${JSON.stringify({ name, id, parent, kind, status: span.status.code, happened, attributes })}\n`,
  );
}
