// The public types of agents: how one is defined, run and listened to.

import type { Attempt, Completion, FinishReason, Message, Usage } from './call-types.js';
import type { ErrorCode, InlineModel, Json, ModelConfig, ModelRef, Signal, Warning } from './types.js';

/** A schema of any library that follows Standard Schema (https://standardschema.dev). */
export interface StandardSchema<T = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<T> | Promise<StandardResult<T>>;
    /** Its JSON Schema, where the library can say it. */
    readonly jsonSchema?: { readonly input: (options: { target: string }) => Record<string, unknown> };
  };
}

/** What a standard schema says of a value. */
export type StandardResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] };

/** The circumstances of a tool call. */
export interface ToolContext {
  product: string;
  env: string;
  /** The agent's tag. */
  agent: string;
  /** The run's id. */
  executionId: string;
  /** The model's id of the call. */
  toolCallId: string;
  /** Fires when the run is over, whatever ended it. */
  signal: Signal;
  /** What the run was given as `context`. */
  data: unknown;
}

/** A tool that an agent may call. */
export interface AgentTool {
  /** Its name for the model: 1 to 64 of a-z, A-Z, 0-9, `_` and `-`. */
  tag: string;
  /** A name for people. */
  name?: string;
  /** What it does, for the model. */
  description?: string;
  /** What its arguments must be: a JSON Schema, or a standard schema that can say its JSON Schema. */
  parameters?: Record<string, unknown> | StandardSchema;
  /**
   * Runs it. What it gives back, as JSON, is what the model is told; so is the message of what it throws. It stays in
   * this process.
   */
  handler?(context: ToolContext, params: Record<string, unknown>): unknown;
  /** Asks the run's `onConfirmation` first. Default false. */
  requiresConfirmation?: boolean;
  /** The longest that one run of it may take, in milliseconds. */
  timeout?: number;
  /** How often it is repeated where it throws, 0 to 10. Default 0. */
  retries?: number;
}

/** When a run has to stop. */
export interface Termination {
  /** Most model calls. Default 10. */
  maxIterations?: number;
  /** Most tokens, in and out, over all model calls. */
  maxTokens?: number;
  /** Most milliseconds. */
  timeout?: number;
}

/** An agent's entry for one environment. */
export interface AgentEnv {
  slug: string;
  /** Whether it may run there. Default true. */
  active?: boolean;
  /** The model to use there; it wins over the agent's. */
  model?: string | InlineModel;
  /** Settings for this environment. */
  modelConfig?: ModelConfig;
}

/** An agent. */
export interface AgentInput {
  /** The product; default: the client's. */
  product?: string;
  /** Its id within the product. */
  tag: string;
  name?: string;
  description?: string;
  /** A stored model's tag, or a model written out. The key of one written out stays in this client's memory. */
  model?: string | InlineModel;
  /** Settings for every environment. */
  modelConfig?: ModelConfig;
  envs?: readonly AgentEnv[];
  /** What it says of itself, for the model. */
  systemPrompt?: string;
  tools?: readonly AgentTool[];
  termination?: Termination;
}

/** An agent as it may be shown: without handlers and keys. */
export interface AgentView extends Omit<AgentInput, 'tools'> {
  product: string;
  tools?: Omit<AgentTool, 'handler'>[];
  rev: number;
  createdAt: number;
  updatedAt: number;
  updatedBy?: string;
  /** The id of the product key that the record needs and the client lacks; nothing shown is verified then. */
  unknownKey?: string;
  warnings?: Warning[];
}

/** An agent whose record cannot be read. */
export interface UnreadableAgent {
  tag?: string;
  /** The code of the error. */
  unreadable: ErrorCode;
}

/** A tool call that somebody has to agree to. */
export interface Confirmation extends Omit<ToolContext, 'data' | 'signal'> {
  /** The tool's tag. */
  tool: string;
  /** Its arguments. */
  input: Json;
}

/** How an agent is run. */
export interface RunInput {
  product?: string;
  env?: string;
  /** The agent's tag. */
  tag: string;
  /** What it is asked: a text, or data that it gets as JSON. */
  input: string | Record<string, unknown> | readonly unknown[];
  /** An earlier conversation that it goes on from: the `conversationHistory` of another run. */
  messages?: readonly Message[];
  /** Settings of this run; they win over everything. */
  modelConfig?: ModelConfig;
  providerOptions?: Record<string, Json>;
  /** Tags of the models that stand in where the agent's fails. */
  fallback?: readonly string[];
  /** In place of the agent's own. */
  termination?: Termination;
  /** Given to handlers as `context.data`. */
  context?: unknown;
  /** Whether a call of a tool that requires confirmation may run. Without it, none may. */
  onConfirmation?: (call: Confirmation) => boolean | Promise<boolean>;
  /** Ends the run with `aborted`; everything so far is in the error's `details.run`. */
  signal?: Signal;
  /** Accepted so that existing code runs; `agents.stream` is what streams. */
  streaming?: boolean;
}

/** A tool call of a run. */
export interface ToolRun {
  toolCallId: string;
  tool: string;
  input: Json;
  /** What the model was told. */
  output: Json;
  status: 'completed' | 'failed' | 'not_run' | 'refused';
  durationMs: number;
  /** How often the handler was started. */
  attempts: number;
}

/** What came of a run. */
export interface AgentRun {
  executionId: string;
  /** `failed` is seen only in an error's `details.run`. */
  status: 'completed' | 'failed' | 'max_iterations' | 'max_tokens' | 'timeout';
  /** The last answer's text. */
  output: string;
  finishReason?: FinishReason;
  /** Model calls. */
  iterations: number;
  toolCalls: ToolRun[];
  tokenUsage: { input: number; output: number; total: number };
  usage: Usage;
  /** Milliseconds. */
  executionTime: number;
  /** The whole conversation, for `messages`. */
  conversationHistory: Message[];
  served?: Completion['served'];
  attempts: Attempt[];
  warnings: Warning[];
}

/** A moment of a run. */
export type AgentEvent =
  | { type: 'thinking_start'; iteration: number }
  | { type: 'thinking_delta'; text: string }
  | { type: 'message_delta'; text: string }
  | { type: 'tool_start'; toolCallId: string; tool: string; input: Json }
  | { type: 'tool_end'; toolCallId: string; tool: string; output: Json; isError: boolean; durationMs: number }
  | { type: 'agent_complete'; result: AgentRun };

/** A run in the making. Iterate it once; `result` settles either way. */
export interface AgentStream extends AsyncIterable<AgentEvent> {
  readonly result: Promise<AgentRun>;
  /** Ends the run with `aborted`. */
  abort(): void;
}

/** Agents. */
export interface Agents {
  /** Stores an agent, or changes the one that is there. The same definition again writes nothing. */
  define(agent: AgentInput): Promise<AgentView>;
  /** Runs an agent to its end. */
  run(options: RunInput): Promise<AgentRun>;
  /** Runs an agent and tells what happens. The run starts at once. */
  stream(options: RunInput): AgentStream;
  /** One agent; with `optional`, `null` where there is none. */
  fetch(ref: ModelRef & { optional?: false }): Promise<AgentView>;
  fetch(ref: ModelRef & { optional?: boolean }): Promise<AgentView | null>;
  /** All agents of a product by tag. */
  fetchAll(options?: { product?: string }): Promise<(AgentView | UnreadableAgent)[]>;
  delete(ref: ModelRef): Promise<{ product: string; tag: string }>;
}
