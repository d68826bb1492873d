// Runs what wrangler wrote in its own workerd: a script, and the module beside it.
import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';

const names = readdirSync('out/wrangler').filter((name) => /\.(js|wasm)$/.test(name));
const modules = names
  .sort((one, other) => Number(other.endsWith('.js')) - Number(one.endsWith('.js')))
  .map((name) => `(name = "${name}", ${name.endsWith('.js') ? 'esModule' : 'wasm'} = embed "${name}")`);
const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = (
  modules = [${modules.join(', ')}], compatibilityDate = "2026-07-01"))]);
`;
writeFileSync('out/wrangler/config.capnp', config);
const workerd = `node_modules/@cloudflare/workerd-${process.platform}-64/bin/workerd`;
execFileSync(workerd, ['test', 'out/wrangler/config.capnp'], { stdio: 'inherit' });
