// The bodies that the package builds against the request schemas that the providers publish. Nothing is sent.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

import { close, install } from './installed.js';
import { type Built, bodies, broken, type Schema } from './schemas.js';
import type { Library, Tally } from './suite.js';

/** They are the providers' own and no part of the project: without them the bodies are built and no more. */
const FOLDER = resolve('../shared/fixtures/schemas');

const PLACES: Record<Schema, [file: string, reference: string]> = {
  anthropic: ['anthropic.json', '#/components/schemas/CreateMessageParams'],
  chat: ['openai.json', '#/components/schemas/CreateChatCompletionRequest'],
  cohere: ['cohere.json', '#/paths/~1v2~1chat/post/requestBody/content/application~1json/schema'],
  google: ['gemini-vertex-req.json', ''],
  responses: ['openai.json', '#/components/schemas/CreateResponse'],
};

const { folder, remove } = install();
try {
  const entry = pathToFileURL(join(folder, 'node_modules/ductape-models/dist/index.js')).href;
  close('schemas', await run((await import(entry)) as Library));
} finally {
  remove();
}

async function run(library: Library): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: [] };
  const validators = existsSync(FOLDER) ? load() : undefined;
  if (validators === undefined) process.stdout.write('skipped: the providers’ schemas are not beside this checkout\n');
  for await (const built of bodies(library)) judge(tally, built, validators?.[built.schema]);
  if (validators === undefined) return tally;
  for (const { name, schema, body } of broken()) {
    if (validators[schema](body)) tally.failed.push(`${name} is accepted`);
    else tally.passed += 1;
  }
  return tally;
}

function judge(tally: Tally, { name, body }: Built, validate: ValidateFunction | undefined): void {
  if (validate === undefined || validate(body)) {
    tally.passed += 1;
    return;
  }
  const errors = (validate.errors ?? []).slice(0, 4).map(({ instancePath, message, params }) => {
    return `${instancePath} ${message} ${JSON.stringify(params)}`;
  });
  tally.failed.push(`${name}: ${errors.join('; ')}`);
}

function load(): Record<Schema, ValidateFunction> {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
  const documents = new Set(Object.values(PLACES).map(([file]) => file));
  for (const file of documents) {
    const document = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as object;
    ajv.addSchema({ ...(loosened(document, file) as object), $id: `https://schemas.example/${file}` });
  }
  const compiled = Object.entries(PLACES).map(([schema, [file, reference]]) => {
    return [schema, ajv.compile({ $ref: `https://schemas.example/${file}${reference}` })];
  });
  return Object.fromEntries(compiled) as Record<Schema, ValidateFunction>;
}

/** Unions of these documents overlap, so that "exactly one" refuses what the providers take; `nullable` is OpenAPI 3.0. */
function loosened(value: unknown, file: string): unknown {
  if (Array.isArray(value)) return value.map((item) => loosened(item, file));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, item]): [string, unknown] => {
    return [name === 'oneOf' && Array.isArray(item) ? 'anyOf' : name, loosened(item, file)];
  });
  const { nullable, discriminator: _, ...rest } = Object.fromEntries(fields);
  return nullable === true ? { anyOf: [rest, { type: 'null' }] } : rest;
}
