import { createAnthropic } from '@ai-sdk/anthropic';
import { generateText, streamText } from 'ai';

export const wire = 'anthropic';
const given = { prompt: 'Hello', maxRetries: 0, maxOutputTokens: 1000 };
const model = (fetch) => createAnthropic({ apiKey: 'sk-bench', fetch })('claude-sonnet-5-5');

export async function call(fetch) {
  return (await generateText({ model: model(fetch), ...given })).text;
}

export async function stream(fetch) {
  let text = '';
  for await (const part of streamText({ model: model(fetch), ...given }).textStream) text += part;
  return text;
}
