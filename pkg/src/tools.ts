// The tools of a definition: what is stored of them, and what stays here to run them.

import { Validator } from '@cfworker/json-schema';

import type { AgentTool, StandardSchema, ToolContext } from './agent-types.js';
import { invalid } from './errors.js';
import { ownFields, plainCopy } from './plain.js';

/** Runs one tool. */
export interface Handling {
  /** The arguments as the handler takes them, or what is wrong with them. */
  check(input: unknown): Promise<{ value: unknown } | { invalid: string }>;
  handler(context: ToolContext, params: Record<string, unknown>): unknown;
}

/** Most complaints about arguments that a model is told at once. */
const MAX_ISSUES = 5;

/** The tools without their handlers, and the handlers by tag. */
export function readTools(given: unknown): { tools: object[] | undefined; handlers: Map<string, Handling> } {
  const handlers = new Map<string, Handling>();
  if (given === undefined) return { tools: undefined, handlers };
  if (!Array.isArray(given)) throw invalid('tools', 'a list');
  const tools = given.map((tool: unknown, at) => {
    const path = `tools[${at}]`;
    const fields = ownFields(tool, path);
    const handler = fields.get('handler');
    fields.delete('handler');
    if (handler !== undefined && typeof handler !== 'function') throw invalid(`${path}.handler`, 'a function');
    const { schema, check } = readParameters(fields.get('parameters'), `${path}.parameters`);
    if (schema !== undefined) fields.set('parameters', schema);
    if (handler !== undefined) {
      handlers.set(String(fields.get('tag')), { check, handler: handler as NonNullable<AgentTool['handler']> });
    }
    return Object.fromEntries(fields);
  });
  return { tools, handlers };
}

function readParameters(given: unknown, path: string): { schema: object | undefined; check: Handling['check'] } {
  if (given === undefined || given === null) return { schema: undefined, check: async (value) => ({ value }) };
  if (isStandard(given)) return { schema: schemaOf(given, path), check: (value) => checkStandard(given, value) };
  const schema = plainSchema(given, path);
  const validator = validatorOf(schema, path);
  return {
    schema,
    async check(value) {
      const { valid, errors } = validator.validate(value);
      if (valid) return { value };
      // The first complaints of a nested schema only say that something below does not fit.
      const told = errors.filter(({ keyword }) => keyword !== 'properties' && keyword !== 'items').slice(0, MAX_ISSUES);
      return { invalid: told.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`).join('; ') };
    },
  };
}

/** Through text: the copy's lists have no prototype, and the validator iterates them. */
function plainSchema(given: unknown, path: string): object {
  return JSON.parse(JSON.stringify(plainCopy(given, path))) as object;
}

function validatorOf(schema: object, path: string): Validator {
  try {
    const validator = new Validator(schema, '2020-12', false);
    validator.validate({});
    return validator;
  } catch {
    throw invalid(path, 'a JSON Schema');
  }
}

function isStandard(given: unknown): given is StandardSchema {
  const own = (given as Partial<StandardSchema> | null)?.['~standard'];
  return typeof own === 'object' && typeof own.validate === 'function';
}

function schemaOf(standard: StandardSchema, path: string): object {
  const says = standard['~standard'].jsonSchema;
  if (typeof says?.input !== 'function') {
    throw invalid(path, 'a JSON Schema, or a standard schema that can say its own (~standard.jsonSchema)');
  }
  return plainSchema(says.input({ target: 'draft-2020-12' }), path);
}

async function checkStandard(standard: StandardSchema, value: unknown): ReturnType<Handling['check']> {
  const result = await standard['~standard'].validate(value);
  if (result.issues === undefined) return { value: result.value };
  const told = result.issues.slice(0, MAX_ISSUES).map(({ path, message }) => {
    const steps = (path ?? []).map((step) => String((step as { key?: unknown } | null)?.key ?? step));
    return `${steps.join('.') || 'input'}: ${message}`;
  });
  return { invalid: told.join('; ') };
}
