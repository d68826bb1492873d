// The public API, apart from where the module comes from: `entry` says that.

export type * from './agent-types.js';
export type * from './call-types.js';
export { Ductape as default, Ductape } from './client.js';
export { DuctapeError } from './errors.js';
export type * from './operation-types.js';
export type * from './storage/types.js';
export type * from './types.js';
