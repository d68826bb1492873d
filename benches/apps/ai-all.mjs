// The AI SDK with four providers in one program; one of them is called.
import { createAnthropic } from '@ai-sdk/anthropic';
import { createCohere } from '@ai-sdk/cohere';
import { createGoogle } from '@ai-sdk/google';

export { call, wire } from './ai-openai.mjs';
export const others = [createAnthropic, createCohere, createGoogle];
