"""PyPI langchain-openai: chat completions."""

from asking import BASE_URL, KEY, messages, report
from langchain_openai import ChatOpenAI


def model_of(model):
    return ChatOpenAI(model=model, base_url=BASE_URL, api_key=KEY, max_retries=0)


def whole(model, url):
    answer = model_of(model).invoke(messages(url))
    return {"content": answer.content, "usage": answer.usage_metadata}


def parts(model, url):
    content, finish = "", None
    for chunk in model_of(model).stream(messages(url)):
        content += chunk.content
        finish = chunk.response_metadata.get("finish_reason", finish)
    return {"content": content, "finish": finish}


report(whole, parts)
