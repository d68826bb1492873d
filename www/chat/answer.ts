/** What the chat asks of whoever answers: this page or the gateway. */
import type { Message, ModelConfig } from 'ductape-models';
import type { Turn } from './turns';

export interface Question {
  tag: string;
  env: string;
  text: string;
  /** What was said before. */
  before: readonly Message[];
  /** Whether the model may use the page's tools. */
  tools: boolean;
  modelConfig?: ModelConfig;
  signal: AbortSignal;
}

/** Shows an answer while it comes; gives the conversation to go on from. */
export type Answerer = (question: Question, turn: Turn) => Promise<readonly Message[]>;
