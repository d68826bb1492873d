import { createOpenAI } from '@ai-sdk/openai';
import { generateText, streamText } from 'ai';

export const wire = 'openai';
const given = { prompt: 'Hello', maxRetries: 0, maxOutputTokens: 1000 };
const model = (fetch) => createOpenAI({ apiKey: 'sk-bench', fetch }).chat('gpt-4.1');

export async function call(fetch) {
  return (await generateText({ model: model(fetch), ...given })).text;
}

export async function stream(fetch) {
  let text = '';
  for await (const part of streamText({ model: model(fetch), ...given }).textStream) text += part;
  return text;
}
