// The built folder on a plain static server under a path: no gateway, no mock, no headers.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask, lastTurn, open, storeExample, view } from './page.mjs';
import { servePlainly } from './plain-server.mjs';
import { watch } from './witness.mjs';

export async function staticSite({ report, browser, folder }) {
  const server = await servePlainly(folder);
  const context = await browser.newContext();
  context.setDefaultTimeout(20_000);
  const seen = await watch(context, new URL(server.url).origin);
  const page = await context.newPage();
  try {
    await report.check('the folder works under a path of a plain server, with its own mock', async () => {
      await open(page, server.url);
      await storeExample(page);
      await view(page, 'chat');
      const steps = await ask(page, 'How is the weather in Lagos?');
      assert.ok(steps.length >= 2, `${steps.length} steps`);
      assert.match(await lastTurn(page), /get_weather answered[\s\S]*It is 29 degrees[\s\S]*Finished: stop/);
      await ask(page, 'Answer with a rate limit');
      assert.match(await page.locator('.turn:last-child .problem').innerText(), /^rate_limited /);
    });

    await report.check('the gateway is shown as unavailable, with the reason', async () => {
      assert.equal(await page.locator('#places input[value="gateway"]').isDisabled(), true);
      assert.match(await page.locator('#gateway-hint').textContent(), /^Not available\. .*404/);
    });

    await report.check('its own policy refuses other origins, inline scripts and text as HTML', async () => {
      const refused = await page.evaluate(async () => {
        const violated = [];
        document.addEventListener('securitypolicyviolation', (event) => violated.push(event.effectiveDirective));
        await fetch('http://127.0.0.1:9/').catch(() => undefined);
        const script = document.createElement('script');
        try {
          script.textContent = 'globalThis.ran = true';
        } catch {
          violated.push('trusted types');
        }
        document.body.append(script);
        await new Promise((resolve) => setTimeout(resolve, 50));
        return { ran: globalThis.ran === true, violated };
      });
      assert.equal(refused.ran, false);
      assert.ok(refused.violated.includes('connect-src'), refused.violated.join());
    });

    await report.check('everything was asked of the folder, and the headers file says the same policy', async () => {
      const strange = seen.requests.filter((request) => !request.startsWith('GET /some/where/'));
      assert.deepEqual(strange, []);
      const html = await readFile(join(folder, 'index.html'), 'utf8');
      const policy = /http-equiv="content-security-policy" content="([^"]+)"/.exec(html)?.[1];
      assert.ok(policy !== undefined && (await readFile(join(folder, '_headers'), 'utf8')).includes(policy));
      assert.match(policy, /^default-src 'none'/);
      assert.equal(/unsafe-inline|unsafe-eval'|\*/.test(policy.replace("'wasm-unsafe-eval'", '')), false);
      assert.equal(/<script(?![^>]*\bsrc=)|\sstyle="|\son\w+="/.test(html), false);
    });
  } finally {
    await context.close();
    await server.stop();
  }
}
