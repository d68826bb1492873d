// The AI SDK over one of its providers: the provider's model alone, and `ai` on top of it.

/** `modelOf(fetch)` makes the provider's model. */
export async function aiPeers(load, packageName, modelOf, settings) {
  const { generateText, jsonSchema, Output, streamText, tool } = await load('ai');
  const tools = (list) =>
    list &&
    Object.fromEntries(
      list.map(({ name, description, parameters }) => [
        name,
        tool({ description, inputSchema: jsonSchema(parameters) }),
      ]),
    );
  const common = { ...settings, maxRetries: 0 };
  return [
    {
      name: packageName,
      call: (fetch, request) => {
        const [model, options] = [modelOf(fetch), { ...prompted(request), ...settings }];
        return async () => (await model.doGenerate(options)).content[0].text;
      },
      stream: (fetch, request) => {
        const [model, options] = [modelOf(fetch), { ...prompted(request), ...settings }];
        return async () => {
          let all = '';
          for await (const part of (await model.doStream(options)).stream)
            if (part.type === 'text-delta') all += part.delta;
          return all;
        };
      },
      fragments: (fetch, request) => {
        const [model, options] = [modelOf(fetch), { ...prompted(request), ...settings }];
        return async () => {
          let input;
          for await (const part of (await model.doStream(options)).stream)
            if (part.type === 'tool-call') input = part.input;
          return JSON.parse(input);
        };
      },
    },
    {
      name: `ai with ${packageName}`,
      call: (fetch, request) => {
        const options = { model: modelOf(fetch), messages: request.messages, tools: tools(request.tools), ...common };
        return async () => (await generateText(options)).text;
      },
      stream: (fetch, request) => {
        const options = { model: modelOf(fetch), messages: request.messages, ...common };
        return async () => {
          let all = '';
          for await (const text of streamText(options).textStream) all += text;
          return all;
        };
      },
      fragments: (fetch, request) => {
        const options = { model: modelOf(fetch), messages: request.messages, tools: tools(request.tools), ...common };
        return async () => {
          let input;
          for await (const part of streamText(options).fullStream) if (part.type === 'tool-call') input = part.input;
          return input;
        };
      },
      objects: (fetch, request, schema) => {
        const output = Output.object({ schema: jsonSchema(schema) });
        const options = { model: modelOf(fetch), messages: request.messages, output, ...common };
        return async () => {
          let value;
          for await (const item of streamText(options).partialOutputStream) value = item;
          return value;
        };
      },
    },
  ];
}

/** What a provider's model is given by `ai`. */
function prompted({ messages, tools }) {
  return {
    prompt: messages.map(({ role, content }) => ({ role, content: [{ type: 'text', text: content }] })),
    tools: tools?.map(({ name, description, parameters }) => ({
      type: 'function',
      name,
      description,
      inputSchema: parameters,
    })),
  };
}
