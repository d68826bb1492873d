// LangChain's chat models.

/** `modelOf(fetch)` makes the model. */
export async function langchainPeer(load, name, modelOf) {
  const { AIMessage, HumanMessage } = await load('@langchain/core/messages');
  const messagesOf = ({ messages }) =>
    messages.map(({ role, content }) => (role === 'assistant' ? new AIMessage(content) : new HumanMessage(content)));
  const bound = (fetch, { tools }) => {
    const model = modelOf(fetch);
    const asTool = (tool) => ({ type: 'function', function: tool });
    return tools === undefined ? model : model.bindTools(tools.map(asTool));
  };
  return {
    name,
    call: (fetch, request) => {
      const [model, messages] = [bound(fetch, request), messagesOf(request)];
      return async () => (await model.invoke(messages)).text;
    },
    stream: (fetch, request) => {
      const [model, messages] = [bound(fetch, request), messagesOf(request)];
      return async () => {
        let all = '';
        for await (const chunk of await model.stream(messages)) all += chunk.text;
        return all;
      };
    },
    fragments: (fetch, request) => {
      const [model, messages] = [bound(fetch, request), messagesOf(request)];
      return async () => {
        let text = '';
        for await (const { tool_call_chunks = [] } of await model.stream(messages)) {
          for (const { args } of tool_call_chunks) text += args ?? '';
        }
        return JSON.parse(text);
      };
    },
  };
}
