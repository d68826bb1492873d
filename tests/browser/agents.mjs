// Agents on the page: defined, run with a timeline, asked for agreement, stopped, deleted.
import assert from 'node:assert/strict';
import { answer, status, view } from './page.mjs';

export async function agents({ report, page }) {
  const run = async (input) => {
    await page.locator('#run-input').fill(input);
    await page.locator('#run-start').click();
  };
  const timeline = () => page.locator('#timeline li').evaluateAll((items) => items.map((item) => item.innerText));

  await report.check('r52 an agent is defined with a tag, a prompt and tools, and without its code', async () => {
    await view(page, 'agents');
    await page.locator('#agent-model').selectOption('support-bot');
    await page.getByRole('button', { name: 'Define agent' }).click();
    assert.match(await status(page, 'agent-status'), /^Defined order-desk, revision 1/);
    await page.getByRole('button', { name: 'Define agent' }).click();
    assert.match(await status(page, 'agent-status'), /revision 1/);
    assert.match(await page.locator('#agent-list').innerText(), /order-desk\s+support-bot · get_weather, find_order/);
  });

  await report.check('r55 a run tells its events in order and what came of it', async () => {
    await run('Where is order 1042?');
    assert.match(await status(page, 'run-status'), /^completed after 2 model calls/);
    const [first, call, result, second, message, end] = await timeline();
    assert.match(first, /model call 1/);
    assert.match(call, /find_order[\s\S]*called with \{"number":"1042"\}/);
    assert.match(result, /find_order[\s\S]*answered .*shipped/);
    assert.match(second, /model call 2/);
    assert.match(message, /arrives on Friday/);
    assert.match(end, /completed/);
    assert.match(await page.locator('#run-result').innerText(), /find_order \(completed, \d+ ms\)/);
  });

  await report.check('r53 after a reload the stored agent runs with the tools of the page', async () => {
    await page.reload();
    await page.locator('html[data-ready="true"]').waitFor();
    await run('Please refund order 1042');
    await page.locator('dialog[open]').waitFor();
    assert.match(await page.locator('dialog').innerText(), /Run refund_order\?[\s\S]*"number": "1042"/);
    await answer(page, 'Run it');
    assert.match(await status(page, 'run-status'), /^completed/);
    assert.match((await timeline()).join('\n'), /order 1042 is refunded/);
  });

  await report.check('Stop ends a run', async () => {
    await run('Tell me something long');
    await page.waitForFunction(() => /purpose/.test(document.querySelector('#timeline').textContent));
    await page.locator('#run-stop').click();
    assert.match(await status(page, 'run-status', 'bad'), /^Stopped by you/);
    await page.locator('#run-start:enabled').waitFor();
  });

  await report.check('an agent is deleted after a question', async () => {
    await page.locator('#agent-list button', { hasText: 'order-desk' }).click();
    await page.locator('#agent-delete').click();
    await answer(page, 'Delete');
    assert.match(await status(page, 'agent-status'), /^Deleted order-desk/);
    assert.equal(await page.locator('#agent-list button', { hasText: 'order-desk' }).count(), 0);
  });
}
