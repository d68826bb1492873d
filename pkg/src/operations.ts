// The registry's operations as methods. The core does the work.

import type { ModelOperations } from './operation-types.js';

/** How the core names them. */
export type RegistryOperation = 'apply' | 'audit' | 'diff' | 'export' | 'import' | 'plan' | 'promote';

/** The methods, over whatever calls the core. */
export function modelOperations(
  call: <T>(operation: RegistryOperation, options: unknown) => Promise<T>,
): ModelOperations {
  return {
    audit: (options = {}) => call('audit', options),
    diff: (options) => call('diff', options),
    promote: (options) => call('promote', options),
    plan: (wanted) => call('plan', wanted),
    apply: (wanted) => call('apply', wanted),
    export: (options = {}) => call('export', options),
    import: (options) => call('import', options),
  };
}
