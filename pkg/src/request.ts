// A request that was built and not sent, with its text for a shell.

import type { BuiltRequest } from './call-types.js';

/** What stands in the place of a secret. */
const REDACTED = '[redacted]';

/** Adds the shell's form to what the core built. */
export function builtRequest(request: Omit<BuiltRequest, 'toCurl'>): BuiltRequest {
  return { ...request, toCurl: () => curl(request) };
}

/** Secrets are read from the variable `API_KEY`, so that the text can be shown to others. */
function curl({ method, url, headers, body }: Omit<BuiltRequest, 'toCurl'>): string {
  const lines = [`curl -X ${method} ${quoted(url)}`];
  for (const [name, value] of Object.entries(headers)) {
    if (!value.includes(REDACTED)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
    else lines.push(`-H ${quoted(`${name}: ${value.slice(0, value.indexOf(REDACTED))}`)}"$API_KEY"`);
  }
  lines.push(`--data-raw ${quoted(JSON.stringify(body))}`);
  return lines.join(' \\\n  ');
}

/** Between single quotes a shell reads everything as it is, but for the quote itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
