"""Calls tools with fastmcp: `python fastmcp_client.py URL CALLS`, where CALLS is a JSON list of tools' names and arguments. Prints the results as JSON."""

import asyncio
import json
import sys

import fastmcp


async def main(url: str, calls: str) -> None:
    async with fastmcp.Client(url) as client:
        tools = await client.list_tools()
        results = []
        for call in json.loads(calls):
            result = await client.call_tool(call["name"], call["arguments"], raise_on_error=False)
            results.append(
                {
                    "structuredContent": result.structured_content,
                    "isError": result.is_error,
                    "content": [block.model_dump(mode="json") for block in result.content],
                }
            )
    print(json.dumps({"tools": [tool.name for tool in tools], "results": results}))


asyncio.run(main(sys.argv[1], sys.argv[2]))
