// docs/gateway.md as a program, and the entry as CommonJS, where the package and the official client are installed.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

import { compile, link, node, onlyTo, program } from '../page.js';
import { type Case, equal } from '../suite.js';
import { ANSWER } from './upstream.js';

const PRINTED = [
  'POST /v1/chat/completions 200 support',
  ANSWER,
  'POST /v1/chat/completions 200 support',
  ANSWER,
  'POST /v1/responses 200 support',
  ANSWER,
  'GET /v1/models 200 ',
  'support',
  "shop prd [ 'support', 'draft-*' ] 600",
];

const REQUIRED = `const { Ductape } = require('ductape-models');
const { createGateway, generateTokenKey, mintToken } = require('ductape-models/gateway');
const tokenKey = generateTokenKey();
const gateway = createGateway(() => ({ ductape: new Ductape(), auth: { tokenKey } }));
(async () => {
  const token = await mintToken({ key: tokenKey, product: 'p', env: 'dev' });
  const headers = { authorization: 'Bearer ' + token };
  const answer = await gateway.fetch(new Request('http://x/v1/models', { headers }), {});
  console.log(answer.status, await answer.text());
})();`;

/** Cases that run compilers: they take longer than other cases may. */
export async function cases(folder: string, upstream: string): Promise<Case[]> {
  for (const name of ['openai', '@types/node']) link(folder, name);
  const compiled = await settled(() => page(folder, upstream));
  writeFileSync(join(folder, 'gateway.cjs'), REQUIRED);
  const required = await settled(() => node(folder, ['gateway.cjs']));
  return [
    { name: 'docs/gateway.md is a program that compiles and runs', run: async () => equal(lines(compiled), PRINTED) },
    {
      name: 'the gateway loads as CommonJS, too',
      run: async () => equal(lines(required), ['200 {"object":"list","data":[]}']),
    },
  ];
}

async function page(folder: string, upstream: string): Promise<string> {
  await compile(folder, 'gateway-page', program(readFileSync('docs/gateway.md', 'utf8')));
  const outfile = join(folder, 'gateway-page.mjs');
  const entryPoints = [join(folder, 'gateway-page.ts')];
  buildSync({ entryPoints, outfile, format: 'esm', target: 'node20', banner: { js: onlyTo(upstream) } });
  return node(folder, [outfile]);
}

async function settled(work: () => Promise<string>): Promise<string> {
  return work().catch((error: Error) => error.message);
}

function lines(text: string): string[] {
  return text.trimEnd().split('\n');
}
