"""PyPI openai: chat completions."""

from asking import BASE_URL, KEY, messages, report
from openai import OpenAI

client = OpenAI(base_url=BASE_URL, api_key=KEY, max_retries=0)


def whole(model, url):
    answer = client.chat.completions.create(model=model, messages=messages(url), extra_body={"max_objects": 100})
    message = answer.choices[0].message
    return {"content": message.content, "usage": answer.usage.model_dump(), "florence": message.model_extra["florence"]}


def parts(model, url):
    content, usage, finish = "", None, None
    stream = client.chat.completions.create(
        model=model, messages=messages(url), stream=True, stream_options={"include_usage": True}
    )
    for chunk in stream:
        if chunk.choices:
            content += chunk.choices[0].delta.content or ""
            finish = chunk.choices[0].finish_reason or finish
        usage = chunk.usage.model_dump() if chunk.usage else usage
    return {"content": content, "usage": usage, "finish": finish}


report(whole, parts)
