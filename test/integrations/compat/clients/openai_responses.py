"""PyPI openai: responses."""

from asking import BASE_URL, KEY, report
from openai import OpenAI

client = OpenAI(base_url=BASE_URL, api_key=KEY, max_retries=0)


def question(url):
    return [{"role": "user", "content": [{"type": "input_image", "image_url": url, "detail": "auto"}]}]


def whole(model, url):
    answer = client.responses.create(model=model, input=question(url))
    return {"content": answer.output_text, "usage": answer.usage.model_dump()}


def parts(model, url):
    content = ""
    with client.responses.stream(model=model, input=question(url)) as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                content += event.delta
        final = stream.get_final_response()
    return {"content": content, "usage": final.usage.model_dump(), "finish": final.status}


report(whole, parts)
