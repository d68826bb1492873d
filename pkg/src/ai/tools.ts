// Tools, the choice among them, and the form of the answer.

import type { CallOptions, Tool } from '../call-types.js';
import type { AiCallOptions, AiTool, AiWarning } from './types.js';

/** What an SDK call says of tools and of the answer's form. */
export function toolsAndForm(
  options: AiCallOptions,
  warnings: AiWarning[],
): Pick<CallOptions, 'tools' | 'toolChoice' | 'schema'> {
  return {
    tools: options.tools?.flatMap((tool) => functionTool(tool, warnings)),
    toolChoice: choice(options.toolChoice),
    schema: schema(options.responseFormat, warnings),
  };
}

function functionTool(tool: AiTool, warnings: AiWarning[]): Tool[] {
  if (tool.type === 'provider') {
    const details = "give it as the vendor's own field, in providerOptions.ductape.providerOptions";
    warnings.push({ type: 'unsupported', feature: `provider-defined tool ${tool.id}`, details });
    return [];
  }
  if (tool.strict === true) warnings.push({ type: 'unsupported', feature: `strict mode of tool ${tool.name}` });
  if (tool.inputExamples?.length)
    warnings.push({ type: 'unsupported', feature: `input examples of tool ${tool.name}` });
  const { name, description, inputSchema } = tool;
  return [{ name, description, parameters: inputSchema as Record<string, unknown> }];
}

function choice(given: AiCallOptions['toolChoice']): CallOptions['toolChoice'] {
  return given?.type === 'tool' ? { tool: given.toolName } : given?.type;
}

function schema(format: AiCallOptions['responseFormat'], warnings: AiWarning[]): CallOptions['schema'] {
  if (format?.type !== 'json') return undefined;
  if (format.schema === undefined) {
    const details = 'JSON without a schema cannot be asked for; the model was told nothing of it';
    warnings.push({ type: 'unsupported', feature: 'responseFormat', details });
    return undefined;
  }
  const { name, description } = format;
  return { name, description, schema: format.schema as Record<string, unknown> };
}
