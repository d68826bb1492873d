// The four vendors' clients in one program; one of them is called.
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { CohereClientV2 } from 'cohere-ai';

export { call, wire } from './openai.mjs';
export const others = [Anthropic, GoogleGenAI, CohereClientV2];
