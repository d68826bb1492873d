// The configuration of the local workerd, as text. Knows workerd's format; starts nothing and holds no secret:
// the keys come from the process's environment.
import { basename, relative } from 'node:path';

// Before Node compatibility became the default, which the package must do without.
const COMPATIBILITY_DATE = '2026-07-01';

/** @param {{folder: string, port: number, mockAddress: string, script: string, wasm: string[], page: string, state: string, keys: string[]}} options `folder` is where the text will lie, `keys` are names of the environment */
export function workerdConfig({ folder, port, mockAddress, script, wasm, page, state, keys }) {
  // An absolute path would be searched on Cap'n Proto's import path.
  const embed = (file) => text(relative(folder, file).replaceAll('\\', '/'));
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "mock", external = (address = ${text(mockAddress)}, http = ())),
    (name = "assets", disk = (path = ${text(page)})),
    (name = "state", disk = (path = ${text(state)}, writable = true)),
  ],
  sockets = [(name = "http", address = ${text(`127.0.0.1:${port}`)}, http = (), service = "main")],
);

const main :Workerd.Worker = (
  modules = [
    (name = "index.js", esModule = embed ${embed(script)}),
${wasm.map((file) => `    (name = ${text(basename(file))}, wasm = embed ${embed(file)}),`).join('\n')}
  ],
  compatibilityDate = ${text(COMPATIBILITY_DATE)},
  bindings = [
    (name = "ALLOWED_HOSTS", text = "127.0.0.1,localhost,[::1]"),
    (name = "ASSETS", service = "assets"),
    (name = "MOCK", service = "mock"),
${keys.map((name) => `    (name = ${text(name)}, fromEnvironment = ${text(name)}),`).join('\n')}
    (name = "STORE_NAME", text = "page"),
    (name = "LOG", text = "off"),
    (name = "STORE", durableObjectNamespace = "ModelStore"),
  ],
  durableObjectNamespaces = [(className = "ModelStore", uniqueKey = "ductape-models-store", enableSql = true)],
  durableObjectStorage = (localDisk = "state"),
);
`;
}

// A Cap'n Proto string takes C's escapes, of which a path needs these two.
function text(value) {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
