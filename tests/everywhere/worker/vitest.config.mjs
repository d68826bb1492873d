import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const options = { wrangler: { configPath: './worker/wrangler.jsonc' }, miniflare: { cf: false } };
export default defineConfig({ plugins: [cloudflareTest(options)], test: { include: ['worker/alone.test.mjs'] } });
