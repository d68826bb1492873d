import { GoogleGenAI } from '@google/genai';

export const wire = 'google';
const given = { model: 'gemini-3.8-flash', contents: 'Hello' };
const models = (fetch) => new GoogleGenAI({ apiKey: 'sk-bench', httpOptions: { fetch } }).models;

export async function call(fetch) {
  return (await models(fetch).generateContent(given)).text;
}
