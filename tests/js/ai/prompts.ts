// Prompts in every form that the SDK has, as they stand in the request.

import { type Case, equal } from '../suite.js';
import { failure, json, type Setting, shop } from './shop.js';

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const PNG_TEXT = Buffer.from(PNG).toString('base64');
const DATA = `data:image/png;base64,${PNG_TEXT}`;

/** The cases. */
export function cases(setting: Setting): Case[] {
  const { sdk } = setting;
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name, run });
  const done = json({ choices: [{ index: 0, message: { content: 'done' }, finish_reason: 'stop' }] });
  const said = json({ content: [{ type: 'text', text: 'done' }], stop_reason: 'end_turn' });

  test('pictures go as bytes, base64 and data: address, and by address without being fetched', async () => {
    const { model, sentBody } = await shop(setting, 'chat', [done]);
    const images = [PNG, PNG_TEXT, DATA, 'https://pictures.example/a.png'];
    const content = images.map((data) =>
      setting.specification === 'v4'
        ? ({ type: 'file', data, mediaType: 'image' } as const)
        : ({ type: 'image', image: data } as const),
    );
    await sdk.generateText({ model, messages: [{ role: 'user', content }], maxRetries: 0 });
    const urls = sentBody(0).messages[0].content.map((part: { image_url: { url: string } }) => part.image_url.url);
    equal(urls, [DATA, DATA, DATA, 'https://pictures.example/a.png']);
  });

  test('documents keep their name and type', async () => {
    const { model, sentBody } = await shop(setting, 'chat', [done]);
    const pdf = new Uint8Array([0x25, 0x50, 0x44, 0x46]);
    const content = [{ type: 'file', data: pdf, mediaType: 'application/pdf', filename: 'a.pdf' }] as const;
    await sdk.generateText({ model, messages: [{ role: 'user', content: [...content] }], maxRetries: 0 });
    const { file } = sentBody(0).messages[0].content[0];
    equal([file.filename, file.file_data], ['a.pdf', 'data:application/pdf;base64,JVBERg==']);
  });

  test('tagged files of the current specification are understood', async () => {
    const { model, sent, sentBody } = await shop(setting, 'chat', [done]);
    const file = (data: object) => ({ type: 'file', mediaType: 'text/plain', data }) as never;
    const content = [file({ type: 'text', text: 'from a file' })];
    await model.doGenerate({ prompt: [{ role: 'user', content }] });
    equal(JSON.stringify(sentBody(0).messages).includes('from a file'), true);
    const reference = [file({ type: 'reference', reference: { openai: 'file-1' } })];
    const error = await failure(() => model.doGenerate({ prompt: [{ role: 'user', content: reference }] }));
    equal([error.name, sent.length], ['AI_UnsupportedFunctionalityError', 1]);
  });

  test('system messages at the start are the system prompt', async () => {
    const { model, sentBody } = await shop(setting, 'anthropic', [said]);
    const prompt = [
      { role: 'system', content: 'One.' },
      { role: 'system', content: 'Two.' },
      { role: 'user', content: [{ type: 'text', text: 'x' }] },
    ] as const;
    const { warnings } = await model.doGenerate({ prompt });
    equal([sentBody(0).system, sentBody(0).messages.length, warnings], ['One.\n\nTwo.', 1, []]);
  });

  test('every form of a tool’s output reaches the model, and what cannot is said', async () => {
    const { model, sentBody } = await shop(setting, 'anthropic', [said]);
    const outputs = [
      { type: 'text', value: 'plain' },
      { type: 'json', value: { type: 'text', value: 'looks tagged' } },
      { type: 'error-text', value: 'broken' },
      { type: 'error-json', value: { why: 'broken' } },
      { type: 'execution-denied', reason: 'not today' },
      {
        type: 'content',
        value: [
          { type: 'text', text: 'seen' },
          { type: 'image-data', data: 'AAAA', mediaType: 'image/png' },
        ],
      },
    ] as const;
    const ids = outputs.map((_, at) => `t${at}`);
    const { warnings } = await model.doGenerate({
      prompt: [
        { role: 'user', content: [{ type: 'text', text: 'x' }] },
        {
          role: 'assistant',
          content: ids.map((toolCallId) => ({ type: 'tool-call', toolCallId, toolName: 'look', input: {} })),
        },
        {
          role: 'tool',
          content: outputs.map((output, at) => ({
            type: 'tool-result',
            toolCallId: `t${at}`,
            toolName: 'look',
            output,
          })),
        },
      ],
    });
    const results = sentBody(0).messages[2].content.map((result: { content: string; is_error?: boolean }) => [
      result.content,
      result.is_error ?? false,
    ]);
    equal(results, [
      ['plain', false],
      ['{"type":"text","value":"looks tagged"}', false],
      ['broken', true],
      ['{"why":"broken"}', true],
      ['not today', true],
      ['seen\n[image/png left out]', false],
    ]);
    equal(
      warnings.map((warning) => warning.type !== 'other' && warning.feature),
      ['media in tool results'],
    );
  });

  test('what only another vendor understands is left out, and said', async () => {
    const { model, sentBody } = await shop(setting, 'chat', [done]);
    const { warnings } = await model.doGenerate({
      prompt: [
        { role: 'user', content: [{ type: 'text', text: 'x' }] },
        {
          role: 'assistant',
          content: [
            { type: 'tool-call', toolCallId: 'p1', toolName: 'search', input: {}, providerExecuted: true },
            { type: 'file', data: PNG_TEXT, mediaType: 'image/png' },
            { type: 'custom' },
          ],
        },
        { role: 'tool', content: [{ type: 'tool-approval-response' }] },
        { role: 'user', content: [{ type: 'text', text: 'y' }] },
      ],
    });
    equal(
      sentBody(0).messages.map((message: { role: string }) => message.role),
      ['user', 'assistant', 'user'],
    );
    equal(warnings.filter(({ type }) => type === 'unsupported').length, 4);
  });

  return list;
}
