// The override lab: four levels, provider rules, the request that would be sent.
import assert from 'node:assert/strict';
import { explainedRows } from './core.mjs';
import { answer, status, view } from './page.mjs';

export async function lab({ report, page, seen }) {
  const explain = () => page.getByRole('button', { name: 'Explain' }).click();

  await report.check('r43 taking the call’s value away lets the agent win', async () => {
    await view(page, 'overrides');
    const mark = seen.requests.length;
    await page.locator('#lab-runtime-temperature').fill('');
    await explain();
    await page.locator('tr[data-setting="temperature"] [data-layer="agent"]').waitFor();
    assert.equal((await explainedRows(page)).temperature[0], '0.5');
    const sent = seen.requests.slice(mark).filter((request) => request.includes('/mock/'));
    assert.deepEqual(sent, []);
  });

  await report.check('r44 null at a level says "do not send"', async () => {
    await page.locator('#lab-runtime-maxTokens').fill('null');
    await explain();
    await page.waitForFunction(() => document.querySelector('tr[data-setting="maxTokens"] .none') !== null);
    assert.deepEqual((await explainedRows(page)).maxTokens.slice(0, 2), ['not sent', 'this call']);
    await page.locator('#lab-runtime-maxTokens').fill('');
  });

  await report.check('r7 a temperature of 2.01 is refused with its code', async () => {
    await page.locator('#lab-runtime-temperature').fill('2.01');
    await explain();
    assert.match(await status(page, 'lab-status', 'bad'), /^invalid_(input|override): .*temperature/);
    await page.locator('#lab-runtime-temperature').fill('0.2');
    await explain();
    await page.locator('#explained:not([hidden])').waitFor();
  });

  await report.check('the model’s level writes the model: a new revision', async () => {
    await page.locator('#lab-base-topP').fill('0.8');
    await page.locator('#lab-base-topP').press('Tab');
    await page.waitForFunction(() => /"topP":0\.8/.test(document.querySelector('#record').textContent));
    await page.locator('tr[data-setting="topP"] [data-layer="model"]').waitFor();
    assert.equal((await explainedRows(page)).topP[0], '0.8');
  });

  await report.check('the request is shown without its key, and so is the curl', async () => {
    const text = await page.locator('#request-text').innerText();
    assert.match(text, /^POST http.*\/mock\/v1\/chat\/completions/);
    assert.match(text, /authorization: Bearer \[redacted\]/);
    assert.match(text, /"max_tokens": 1024/);
    const curl = await page.locator('#request-curl').innerText();
    assert.match(curl, /^curl -X POST /);
    assert.match(curl, /"\$API_KEY"/);
  });

  await report.check('r37 a provider’s rule is an adjustment and a warning', async () => {
    await view(page, 'models');
    await page.getByRole('button', { name: 'Anthropic: fill the form' }).click();
    await page.waitForFunction(() => document.querySelector('#tag').value === 'claude-sonnet');
    await page.locator('fieldset.env [data-field="apiKey"]').fill('sk-ant-made-up-0000000000');
    await page.locator('#model-save').click();
    await status(page, 'model-status');
    await view(page, 'overrides');
    await page.locator('#lab-runtime-temperature').fill('1.4');
    await explain();
    await page.locator('tr[data-setting="temperature"][data-adjusted]').waitFor();
    assert.match((await explainedRows(page)).temperature[3], /^1: /);
    assert.match(await page.locator('#lab-warnings').innerText(), /temperature/);
    assert.match(await page.locator('#request-text').innerText(), /x-api-key: \[redacted\]/);
    await page.locator('#lab-runtime-temperature').fill('0.2');
    await view(page, 'models');
    await page.locator('#model-delete').click();
    await answer(page, 'Delete');
    await status(page, 'list-status');
  });
}
