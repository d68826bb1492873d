// Where records can lie: write-only with a public key, the gateway, other product keys; and direct access to providers.
import assert from 'node:assert/strict';
import { answer, ask, env, everything, lastTurn, moveTo, open, status, storeExample, view } from './page.mjs';

export async function places({ report, page, seen, url }) {
  const sentBy = async (act) => {
    const mark = seen.requests.length;
    await act();
    return seen.requests.slice(mark);
  };

  await report.check('changing the product key seals everything anew, and calls go on', async () => {
    await view(page, 'models');
    await moveTo(page, 'browser');
    const before = await page.locator('#product-key-id').innerText();
    await page.locator('#key-change').click();
    assert.match(await status(page, 'place-status'), /^Sealed [1-9]\d* records anew, under /);
    const after = await page.locator('#product-key-id').innerText();
    assert.notEqual(after, before);
    const record = await page.locator('#record').textContent();
    assert.equal(record.includes(before), false);
    assert.equal(record.includes(after), true);
    await view(page, 'chat');
    await ask(page, 'What does sealed mean?');
    assert.match(await lastTurn(page), /Finished: stop/);
  });

  await report.check('write-only stores a key that this page cannot open', async () => {
    await moveTo(page, 'sealed');
    assert.match(await page.locator('#write-only').innerText(), /unknown_key/);
    await view(page, 'models');
    await storeExample(page);
    assert.match(await page.locator('#record').textContent(), /^LMP1\..*lm1\.p\./);
    await env(page, 'dev').locator('[data-field="apiKey"]').fill('made-up-other-key-22222222');
    await env(page, 'dev').getByRole('button', { name: 'Rotate key' }).click();
    assert.match(await status(page, 'model-status'), /^Rotated/);
    await view(page, 'overrides');
    await page.locator('#explained:not([hidden])').waitFor();
  });

  await report.check('r29 a call in write-only mode is unknown_key, says why, and nothing is sent', async () => {
    await view(page, 'chat');
    const sent = await sentBy(() => ask(page, 'Hello there'));
    const problem = await page.locator('.turn:last-child .problem').innerText();
    assert.match(problem, /^unknown_key [\s\S]*public key only/);
    assert.deepEqual(
      sent.filter((request) => request.startsWith('POST')),
      [],
    );
  });

  await report.check('what is being typed outlives changes of the records', async () => {
    await page.locator('#public-key').fill('half a key');
    await view(page, 'models');
    await env(page, 'dev').locator('[data-field="apiKey"]').fill('made-up-third-key-33333333');
    await env(page, 'dev').getByRole('button', { name: 'Rotate key' }).click();
    assert.match(await status(page, 'model-status'), /^Rotated/);
    assert.equal(await page.locator('#public-key').inputValue(), 'half a key');
  });

  await report.check('a private half is refused as a public key', async () => {
    await page.locator('#public-key').fill('lms1.nonsense.00000000');
    await page.locator('#public-key-form').getByRole('button').click();
    assert.match(await status(page, 'place-status', 'bad'), /^invalid_input: publicKey/);
  });

  await report.check('r69 the gateway keeps what this page seals, and calls with it', async () => {
    await moveTo(page, 'gateway');
    await view(page, 'models');
    await storeExample(page);
    const record = await page.locator('#record').textContent();
    assert.match(record, /lm1\.p\./);
    const stored = await (await fetch(`${url}/api/storage/${encodeURIComponent('lm1/demo/support-bot')}`)).text();
    assert.equal(stored, record);
    await view(page, 'chat');
    let steps = [];
    const sent = await sentBy(async () => {
      steps = await ask(page, 'What does sealed mean?');
    });
    assert.ok(steps.length >= 2, `${steps.length} steps`);
    assert.match(await lastTurn(page), /does not open\.[\s\S]*Finished: stop · \d+ tokens in/);
    assert.ok(sent.includes('POST /api/token') && sent.includes('POST /v1/chat/completions'), sent.join());
    assert.equal(
      sent.some((request) => request.includes('/mock/')),
      false,
    );
  });

  await report.check(
    'the gateway’s refusals are shown with their code, Stop ends a stream, tools are shown',
    async () => {
      const [call] = await Promise.all([
        page.waitForRequest('**/v1/chat/completions'),
        ask(page, 'Answer with a rate limit'),
      ]);
      const token = (await call.allHeaders()).authorization.replace('Bearer ', '');
      assert.ok(token.length > 20);
      assert.match(await page.locator('.turn:last-child .problem').innerText(), /^rate_limited /);
      await ask(page, 'Tell me something long', async () => {
        await page.waitForFunction(() => (globalThis.growth.at(-1) ?? 0) > 20);
        await page.locator('#stop').click();
      });
      assert.match(await lastTurn(page), /Stopped by you/);
      await ask(page, 'How is the weather in Lagos?');
      assert.match(await lastTurn(page), /get_weather would be called with .*Lagos[\s\S]*Finished: tool_calls/);
      assert.equal((await everything(page)).includes(token), false);
    },
  );

  await report.check('r69 an agent runs at the gateway, with the tools that it has there', async () => {
    await view(page, 'agents');
    await page.locator('#agent-model').selectOption('support-bot');
    await page.getByRole('button', { name: 'Define agent' }).click();
    // What an earlier test left there says something else.
    await page.locator('#agent-status', { hasText: /^Defined order-desk/ }).waitFor();
    const sent = await sentBy(async () => {
      await page.locator('#run-input').fill('Where is order 1042?');
      await page.locator('#run-start').click();
      assert.match(await status(page, 'run-status'), /^completed after 2 model calls/);
    });
    assert.ok(sent.includes('POST /v1/agents/order-desk/run'), sent.join());
    assert.equal(
      sent.some((request) => request.includes('/mock/')),
      false,
    );
    assert.match(await page.locator('#timeline').innerText(), /find_order[\s\S]*shipped[\s\S]*arrives on Friday/);
    await page.locator('#run-input').fill('Tell me something long');
    await page.locator('#run-start').click();
    await page.waitForFunction(() => /purpose/.test(document.querySelector('#timeline').textContent));
    await page.locator('#run-stop').click();
    assert.match(await status(page, 'run-status', 'bad'), /^Stopped by you/);
  });

  await report.check('r29 a forgotten product key leaves records closed', async () => {
    await moveTo(page, 'browser');
    await page.locator('#key-forget').click();
    await answer(page, 'Forget it');
    await status(page, 'place-status', 'plain');
    await view(page, 'models');
    await page.locator('[data-tag="support-bot"]').click();
    await page.locator('#model-unverified:not([hidden])').waitFor();
    await view(page, 'chat');
    const sent = await sentBy(() => ask(page, 'Hello there'));
    assert.match(await page.locator('.turn:last-child .problem').innerText(), /^unknown_key /);
    assert.equal(
      sent.some((request) => request.includes('/mock/')),
      false,
    );
  });

  await report.check('r22 a record that nobody here can read can be deleted', async () => {
    await view(page, 'models');
    await page.locator('#model-delete').click();
    await answer(page, 'Delete');
    assert.match(await status(page, 'list-status'), /^Deleted support-bot/);
    assert.equal(await page.locator('[data-tag="support-bot"]').count(), 0);
  });
}

/** Direct access, in a context of its own: the provider is a route that answers in its place. */
export async function direct({ report, browser, url }) {
  const context = await browser.newContext();
  context.setDefaultTimeout(20_000);
  const calls = [];
  await context.route('https://api.anthropic.com/**', async (route) => {
    const headers = await route.request().allHeaders();
    if (route.request().method() === 'POST') calls.push(headers);
    const cors = { 'access-control-allow-origin': url, 'access-control-allow-headers': '*' };
    await route.fulfill({
      status: 401,
      headers: cors,
      json: { type: 'error', error: { type: 'authentication_error', message: 'no' } },
    });
  });
  const page = await context.newPage();
  await open(page, url);
  await page.getByRole('button', { name: 'Anthropic: fill the form' }).click();
  await page.waitForFunction(() => document.querySelector('#tag').value === 'claude-sonnet');
  await page.locator('fieldset.env [data-field="apiKey"]').fill('sk-ant-made-up-0000000000');
  await page.locator('#model-save').click();
  await status(page, 'model-status');
  await view(page, 'chat');

  await report.check('r66 a provider is called directly only after the person agreed', async () => {
    await page.locator('#chat-tools').uncheck();
    await ask(page, 'Hello', () => answer(page, 'Cancel'));
    assert.match(await page.locator('.turn:last-child .problem').innerText(), /^browser_refused /);
    assert.equal(calls.length, 0);
    await ask(page, 'Hello', () => answer(page, 'Allow direct access'));
    assert.match(await page.locator('.turn:last-child .problem').innerText(), /^auth_failed /);
    assert.equal(calls[0]['anthropic-dangerous-direct-browser-access'], 'true');
    assert.equal(calls[0]['x-api-key'], 'sk-ant-made-up-0000000000');
  });

  await report.check('the agreement holds for the tab only', async () => {
    await ask(page, 'Hello again');
    assert.equal(calls.length > 1, true);
    const other = await context.newPage();
    await open(other, url);
    await view(other, 'chat');
    await other.locator('#chat-tools').uncheck();
    await ask(other, 'Hello', () => answer(other, 'Cancel'));
    assert.match(await other.locator('.turn:last-child .problem').innerText(), /^browser_refused /);
  });
  await context.close();
}
