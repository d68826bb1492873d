/** Errors as a reader of the page meets them: the code first, then the message. */

export interface Problem {
  code: string;
  message: string;
}

export function problemOf(error: unknown): Problem {
  if (error instanceof Error) {
    const code = 'code' in error ? String(error.code) : 'unexpected';
    return { code, message: error.message };
  }
  if (isProblem(error)) return { code: error.code, message: error.message };
  return { code: 'unexpected', message: 'Something failed.' };
}

export function problemText(error: unknown): string {
  const { code, message } = problemOf(error);
  return `${code}: ${message}`;
}

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  );
}
