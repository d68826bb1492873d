# The official Python client against a gateway. Prints one line of JSON for each thing that it tried.
import json
import os

import openai

client = openai.OpenAI(base_url=os.environ["GATEWAY"] + "/v1", api_key=os.environ["TOKEN"], max_retries=0)
MODEL = os.environ["MODEL"]
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def tell(*values):
    print(json.dumps(values))


def thrown(work):
    try:
        work()
    except openai.APIError as error:
        return [type(error).__name__, error.code]
    return ["nothing", None]


def chat(content, **more):
    return client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": content}], **more)


answer = chat("hello")
tell(answer.choices[0].message.content, answer.usage.total_tokens)

text = ""
for chunk in chat("hello", stream=True, stream_options={"include_usage": True}):
    if chunk.choices:
        text += chunk.choices[0].delta.content or ""
    elif chunk.usage:
        tell(text, chunk.usage.total_tokens)

asked = chat("weather", tools=[TOOL]).choices[0].message
call = asked.tool_calls[0]
tell(call.function.name, json.loads(call.function.arguments))
result = {"role": "tool", "tool_call_id": call.id, "content": "clear"}
messages = [{"role": "user", "content": "weather"}, asked, result]
tell(client.chat.completions.create(model=MODEL, messages=messages, tools=[TOOL]).choices[0].message.content)

tell(client.responses.create(model=MODEL, input="hello").output_text)
with client.responses.stream(model=MODEL, input="hello") as stream:
    for _ in stream:
        pass
    tell(stream.get_final_response().output_text)

tell(sorted(model.id for model in client.models.list()))
tell(*thrown(lambda: client.chat.completions.create(model="nobody", messages=[{"role": "user", "content": "x"}])))
tell(*thrown(lambda: chat("hello", temperature=9)))
tell(*thrown(lambda: client.with_options(api_key="lmt1.x.y").models.list()))
