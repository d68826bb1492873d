// The chat beyond what every browser is asked: keys by environment, refusals, conversations.
import assert from 'node:assert/strict';
import { ask, KEYS, lastTurn, view } from './page.mjs';

export async function chat({ report, page }) {
  await report.check('r33 each environment calls with its own key', async () => {
    await view(page, 'chat');
    await page.locator('#chat-tools').uncheck();
    const sent = [];
    for (const slug of ['prd', 'dev']) {
      await page.locator('#chat-env').selectOption(slug);
      const [call] = await Promise.all([
        page.waitForRequest('**/mock/v1/chat/completions'),
        ask(page, 'What does sealed mean?'),
      ]);
      sent.push((await call.allHeaders()).authorization);
    }
    assert.deepEqual(sent, [`Bearer ${KEYS.prd}`, `Bearer ${KEYS.dev}`]);
  });

  await report.check('a provider’s refusal is shown with its code', async () => {
    await ask(page, 'Pretend it is a wrong api key');
    assert.match(await page.locator('.turn:last-child .problem').innerText(), /^auth_failed /);
    await ask(page, 'Answer with a rate limit');
    assert.match(await page.locator('.turn:last-child .problem').innerText(), /^rate_limited /);
  });

  await report.check('a conversation goes on, without what failed, until a new one is started', async () => {
    const body = async () => {
      const [call] = await Promise.all([page.waitForRequest('**/mock/v1/chat/completions'), ask(page, 'Hello there')]);
      return call.postDataJSON().messages.map(({ role }) => role);
    };
    assert.deepEqual((await body()).slice(-3), ['user', 'assistant', 'user']);
    await page.locator('#chat-clear').click();
    assert.equal(await page.locator('.turn').count(), 0);
    assert.deepEqual(await body(), ['user']);
    assert.match(await lastTurn(page), /Finished: stop/);
  });
}
