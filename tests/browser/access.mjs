// Whether everybody can use the page: keyboard alone, axe's rules in light and dark, no sideways scrolling when narrow.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { open, storeExample, view } from './page.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const VIEWS = ['models', 'overrides', 'chat', 'agents'];
const MOST_TABS = 90;

export const WIDTHS = { desktop: { width: 1280, height: 900 }, mobile: { width: 360, height: 780 } };

export async function access({ report, page, url }) {
  await report.check('the keyboard alone stores a model and gets an answer', () => keyboardPass(page, url));
  await report.check('a question takes the focus, Escape says no and gives it back', () => dialogPass(page));
  await page.locator('#place').evaluate((place) => {
    place.open = true;
  });
  for (const [name, size] of Object.entries(WIDTHS)) {
    for (const colorScheme of ['light', 'dark']) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      for (const place of VIEWS) {
        await view(page, place);
        await report.check(`axe finds nothing: ${place}, ${name}, ${colorScheme}`, () => axePass(page));
        await report.check(`nothing scrolls sideways: ${place}, ${name}, ${colorScheme}`, () => narrowPass(page));
      }
    }
  }
  await report.check('axe finds nothing in a question', async () => {
    await view(page, 'models');
    await page.locator('#model-delete').click();
    await axePass(page);
    await page.keyboard.press('Escape');
  });
  await report.check('nothing moves for those who asked for less motion', () => stillPass(page));
  await page.setViewportSize(WIDTHS.desktop);
}

async function keyboardPass(page, url) {
  await open(page, url);
  await storeExample(page);
  await page.reload();
  await page.locator('html[data-ready="true"]').waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.className), 'skip');
  await tabTo(page, 'model-temperature');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('0.9');
  await page.keyboard.press('Enter');
  await page.locator('#model-status[data-tone="good"]').waitFor();
  await page.evaluate(() => document.activeElement.blur());
  await page.locator('#to-chat').focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'chat-title');
  await tabTo(page, 'message');
  await page.keyboard.type('Tell me something long');
  await tabTo(page, 'send');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'stop');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'send');
  await page.locator('.skip').focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'main');
  assert.equal(await page.locator('#chat').isVisible(), true);
}

async function dialogPass(page) {
  await view(page, 'models');
  await page.locator('#model-delete').focus();
  await page.keyboard.press('Enter');
  await page.locator('dialog[open]').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.closest('dialog') !== null), true);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.activeElement?.id === 'model-delete');
  assert.equal(await page.locator('[data-tag="support-bot"]').count(), 1);
}

/** Tabs until the element has the focus; every stop on the way must show it. */
async function tabTo(page, id) {
  for (let count = 0; count < MOST_TABS; count += 1) {
    const at = await page.evaluate(() => {
      const { id: name, tagName } = document.activeElement ?? {};
      const style = getComputedStyle(document.activeElement);
      return { name, tagName, visible: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 };
    });
    if (at.tagName !== 'BODY') assert.equal(at.visible, true, `${at.tagName} ${at.name} shows its focus`);
    if (at.name === id) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`#${id} is not reached by Tab`);
}

async function axePass(page) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(await readFile(AXE, 'utf8'));
  const found = await page.evaluate((values) => globalThis.axe.run({ runOnly: { type: 'tag', values } }), RULES);
  const told = found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`,
  );
  assert.deepEqual(told, []);
  assert.ok(found.passes.length > 0);
}

async function narrowPass(page) {
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(content <= window, `${content} px of content in ${window} px`);
}

async function stillPass(page) {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const moving = await page.evaluate(() => {
    const caret = document.createElement('div');
    caret.className = 'turn';
    caret.dataset.state = 'streaming';
    const said = document.createElement('div');
    said.className = 'said';
    caret.append(said);
    document.querySelector('#transcript').append(caret);
    const found = getComputedStyle(said, '::after').animationName;
    caret.remove();
    return { found, scroll: getComputedStyle(document.documentElement).scrollBehavior };
  });
  await page.emulateMedia({ reducedMotion: null });
  assert.deepEqual(moving, { found: 'none', scroll: 'auto' });
}
