import { fileURLToPath } from 'node:url';

// The packages are one folder up.
export default { turbopack: { root: fileURLToPath(new URL('..', import.meta.url)) } };
