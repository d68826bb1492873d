// The example of examples/opentelemetry as a user would run it: type-checked, started with the packed tarball and
// OpenTelemetry's own packages, and its spans compared as a tree.

import { execFile } from 'node:child_process';
import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { LLMock } from '@copilotkit/aimock';
import { buildSync } from 'esbuild';

import { close, install } from './installed.js';
import { type Case, equal, runAll } from './suite.js';

/** A finished span as the program prints it. */
interface Finished {
  name: string;
  id: string;
  parent?: string;
  /** 0 internal, 2 client. */
  kind: number;
  /** 0 unset, 2 error. */
  status: number;
  happened: string[];
  attributes: Record<string, unknown>;
}

const EXAMPLE = 'examples/opentelemetry';
const KEY = 'sk-canary-otel-0123456789abcdef';

const mock = new LLMock({ port: 0, host: '127.0.0.1' });
mock.on({ userMessage: 'Where is order 7?', hasToolResult: true }, { content: 'It is on its way.' });
mock.onMessage('Where is order 7?', { toolCalls: [{ name: 'find_order', arguments: '{"number":"7"}' }] });
mock.onMessage('Say hello', { content: 'Hello!' });
await mock.start();
const { folder, remove } = install();
try {
  close('opentelemetry', await runAll(cases(await run())));
} finally {
  remove();
  await mock.stop();
}

/** The program's own lines, and the spans that it printed. */
async function run(): Promise<{ said: string[]; spans: Finished[] }> {
  symlinkSync(resolve('node_modules/@opentelemetry'), join(folder, 'node_modules/@opentelemetry'));
  symlinkSync(resolve('node_modules/@types'), join(folder, 'node_modules/@types'));
  symlinkSync(resolve('node_modules/undici-types'), join(folder, 'node_modules/undici-types'));
  for (const name of ['program', 'tracing']) copyFileSync(join(EXAMPLE, `${name}.ts`), join(folder, `${name}.ts`));
  const strict = { strict: true, noUncheckedIndexedAccess: true, noEmit: true, skipLibCheck: true };
  const compilerOptions = { ...strict, target: 'es2022', lib: ['es2022'], module: 'nodenext', types: ['node'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  await node([resolve('node_modules/typescript/bin/tsc'), '--project', '.']);
  const entryPoints = ['program', 'tracing'].map((name) => join(folder, `${name}.ts`));
  buildSync({ entryPoints, outdir: folder, format: 'esm', target: 'node20' });
  const lines = (await node(['program.js'])).trim().split('\n');
  const spans = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Finished);
  return { said: lines.filter((line) => !line.startsWith('{')), spans };
}

async function node(args: string[]): Promise<string> {
  const env = { ...process.env, MODEL_URL: `${mock.url}/v1`, MODEL_KEY: KEY, MODEL: 'gpt-4.1' };
  try {
    return (await promisify(execFile)(process.execPath, args, { cwd: folder, timeout: 60_000, env })).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${stdout}${stderr}`.trim().slice(-3000));
  }
}

function cases({ said, spans }: { said: string[]; spans: Finished[] }): Case[] {
  const list: Case[] = [];
  const test = (name: string, check: () => void) => list.push({ name, run: async () => check() });
  const named = (name: string) => spans.filter((span) => span.name === name);
  const of = (span: Finished | undefined, names: string[]) => names.map((name) => span?.attributes[name]);

  test('the program answers', () => equal(said, ['It is on its way.', 'Hello!']));

  test('its spans are the tree that its page shows', () => {
    const shown = /```\n(GET[\s\S]*?)```/.exec(readFileSync(join(EXAMPLE, 'README.md'), 'utf8'))?.[1] ?? '';
    const expected = shown
      .replace(/ {3,}first.*/, '')
      .replace(/[├└│─]/g, ' ')
      .trimEnd()
      .split('\n');
    equal(
      tree(spans, undefined, 0),
      expected.map((line) => line.replace(/ +/, (pad) => ' '.repeat(pad.length))),
    );
  });

  test('a call carries the attributes of the conventions', () => {
    const [first, second] = named('chat gpt-4.1');
    equal([first?.kind, first?.status, named('chat gpt-4.1').length], [2, 0, 3]);
    equal(of(first, ['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.request.model', 'server.address']), [
      'chat',
      'custom',
      'gpt-4.1',
      '127.0.0.1',
    ]);
    equal(of(first, ['gen_ai.response.finish_reasons', 'ductape.model.tag']), [['tool_call'], 'support']);
    equal(of(second, ['gen_ai.response.finish_reasons']), [['stop']]);
    equal(typeof first?.attributes['gen_ai.usage.output_tokens'], 'number');
    equal(typeof first?.attributes['server.port'], 'number');
  });

  test('an attempt is an HTTP client span', () => {
    const [attempt] = named('POST');
    equal([attempt?.kind, ...of(attempt, ['http.request.method', 'http.response.status_code'])], [2, 'POST', 200]);
  });

  test('a run and its tool are internal spans', () => {
    const [run] = named('invoke_agent clerk');
    const [tool] = named('execute_tool find_order');
    equal([run?.kind, tool?.kind], [0, 0]);
    equal(of(run, ['gen_ai.operation.name', 'gen_ai.agent.name', 'ductape.run.iterations']), [
      'invoke_agent',
      'clerk',
      2,
    ]);
    equal(of(tool, ['gen_ai.tool.name', 'gen_ai.tool.type']), ['find_order', 'function']);
  });

  test('a stream tells its first content', () => {
    const streamed = named('chat gpt-4.1').find((span) => span.attributes['gen_ai.request.stream'] === true);
    equal(streamed?.happened, ['ductape.first_content']);
    equal(typeof streamed?.attributes['gen_ai.response.time_to_first_chunk'], 'number');
  });

  test('r62 neither keys nor what was said are in the spans', () => {
    const text = JSON.stringify(spans);
    equal(
      [KEY, 'order 7', 'on its way', 'Hello!'].filter((secret) => text.includes(secret)),
      [],
    );
  });

  return list;
}

/** The names of spans below `parent`, three columns deeper for each level, in the order of their ends. */
function tree(spans: Finished[], parent: string | undefined, depth: number): string[] {
  const children = spans.filter((span) => span.parent === parent);
  return children.flatMap(({ name, id }) => [`${' '.repeat(depth * 3)}${name}`, ...tree(spans, id, depth + 1)]);
}
