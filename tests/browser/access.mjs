// Whether everybody can use the page: keyboard alone, axe's rules in light and dark, no sideways scrolling when narrow.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { open } from './flow.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const MOST_TABS = 80;

export const WIDTHS = { desktop: { width: 1280, height: 900 }, mobile: { width: 360, height: 780 } };

export async function access({ report, page, url, screenshots }) {
  await report.check('the keyboard alone creates a model and gets an answer', () => keyboardPass(page, url));
  for (const [name, size] of Object.entries(WIDTHS)) {
    for (const colorScheme of ['light', 'dark']) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      await report.check(`axe finds nothing: ${name}, ${colorScheme}`, () => axePass(page));
      await report.check(`nothing scrolls sideways: ${name}, ${colorScheme}`, () => narrowPass(page));
      await page.screenshot({ path: `${screenshots}/${name}-${colorScheme}.png`, fullPage: true });
    }
  }
}

async function keyboardPass(page, url) {
  await open(page, url);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.className), 'skip');
  await tabTo(page, 'tag');
  await page.keyboard.press('Enter');
  await page.locator('#create-status[data-tone="good"]').waitFor();
  await tabTo(page, 'message');
  await page.keyboard.press('Enter');
  await page.locator('.turn:last-child[data-who="model"][data-state="done"]').waitFor();
  await tabTo(page, 'send');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'stop');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'send');
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
  await page.evaluate(await readFile(AXE, 'utf8'));
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
