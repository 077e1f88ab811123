"""PyPI litellm: chat completions."""

import litellm
from asking import BASE_URL, KEY, messages, report


def ask(model, url, **options):
    return litellm.completion(
        model=f"openai/{model}", messages=messages(url), api_base=BASE_URL, api_key=KEY, max_retries=0, **options
    )


def whole(model, url):
    answer = ask(model, url)
    return {"content": answer.choices[0].message.content, "usage": answer.usage.model_dump()}


def parts(model, url):
    content, usage, finish = "", None, None
    for chunk in ask(model, url, stream=True, stream_options={"include_usage": True}):
        if chunk.choices:
            content += chunk.choices[0].delta.content or ""
            finish = chunk.choices[0].finish_reason or finish
        usage = chunk.usage.model_dump() if getattr(chunk, "usage", None) else usage
    return {"content": content, "usage": usage, "finish": finish}


report(whole, parts)
