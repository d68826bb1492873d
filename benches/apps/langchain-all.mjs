// LangChain's models of three providers in one program; one of them is called.
import { ChatAnthropic } from '@langchain/anthropic';
import { ChatGoogle } from '@langchain/google';

export { call, wire } from './langchain-openai.mjs';
export const others = [ChatAnthropic, ChatGoogle];
