// The Worker as it is deployed, with one thing more: a way to crash the object that holds the records.

import deployed, { ModelStore as Deployed } from '../../../worker/src/index.js';

export class ModelStore extends Deployed {
  crash(): void {
    this.ctx.abort('crashed on purpose');
  }
}

type Given = Parameters<typeof deployed.fetch>[1] & { STORE: DurableObjectNamespace<ModelStore> };

export default {
  async fetch(request: Request, env: Given, ctx: ExecutionContext): Promise<Response> {
    if (new URL(request.url).pathname !== '/crash') return deployed.fetch(request, env, ctx);
    const crash = env.STORE.getByName('models').crash() as Promise<void>;
    const went = await crash.then(
      () => 'it did not crash',
      () => 'crashed',
    );
    return new Response(went);
  },
};
