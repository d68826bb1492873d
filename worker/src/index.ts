/** The Worker that is deployed: the gateway under `/v1`, and nothing else. `npm start` runs demo/index.ts in its place. */
import { createGateway } from 'ductape-models/gateway';
import type { Env } from './env';
import { configure } from './gateway';

export { ModelStore } from './store';

const gateway = createGateway<Env>((env) => configure(env));

export default {
  fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    return gateway.fetch(request, env, ctx);
  },
};
