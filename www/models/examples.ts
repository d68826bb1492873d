/** Models to start from. Those on the mock bring made-up API keys and work as they stand. */
import type { ModelInput } from 'ductape-models';
import { MOCK_URL } from '../state/site';

export interface Example {
  label: string;
  model: ModelInput;
}

// A page served over plain http from another machine has its mock there, too; its keys are made up.
const { protocol, hostname } = new URL(MOCK_URL);
const PLAIN = protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname);

const mockEnv = (slug: string, apiKey: string) => ({
  slug,
  apiKey,
  baseUrl: MOCK_URL,
  ...(PLAIN ? { allowInsecure: true } : {}),
});

export const EXAMPLES: readonly Example[] = [
  {
    label: 'Support bot, on the mock',
    model: {
      tag: 'support-bot',
      name: 'Support bot',
      description: 'Answers customers. Runs on the mock provider with made-up keys.',
      provider: 'custom',
      model: 'mock-large',
      temperature: 0.7,
      maxTokens: 4096,
      envs: [mockEnv('dev', 'made-up-dev-key-0123456789'), mockEnv('prd', 'made-up-prd-key-9876543210')],
    },
  },
  {
    label: 'Cheaper in dev, on the mock',
    model: {
      tag: 'writer',
      name: 'Writer',
      description: 'A smaller model in dev, a spare where it fails.',
      provider: 'custom',
      model: 'mock-large',
      temperature: 1.1,
      topP: 0.9,
      fallback: ['support-bot'],
      envs: [
        { ...mockEnv('dev', 'made-up-dev-key-1111111111'), model: 'mock-small', maxTokens: 500 },
        mockEnv('prd', 'made-up-prd-key-2222222222'),
      ],
    },
  },
];

/** Settings of a real provider to fill the form with; the key is yours to type. */
export const STARTS: readonly Example[] = [
  {
    label: 'Anthropic',
    model: {
      tag: 'claude-sonnet',
      name: 'Claude Sonnet',
      provider: 'anthropic',
      model: 'claude-sonnet-4-20250514',
      temperature: 1.4,
      maxTokens: 4096,
      envs: [{ slug: 'dev' }],
    },
  },
  {
    label: 'OpenAI',
    model: {
      tag: 'gpt-support',
      name: 'GPT support',
      provider: 'openai',
      model: 'gpt-4.1',
      envs: [{ slug: 'dev' }],
    },
  },
];
