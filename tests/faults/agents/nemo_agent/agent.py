"""An agent whose model says what a script says, so that the real server streams what we want to read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from google.adk.agents import LlmAgent
from google.adk.models import BaseLlm, LlmRequest, LlmResponse
from google.adk.tools import ToolContext
from google.genai import types

FILM = [{"tt": 0, "sg": [{"d": 4000, "m": {"name": "a.jpg"}}]}]


def add_title(text: str, tool_context: ToolContext) -> dict[str, Any]:
    """Adds a title to the film."""
    title = {"tt": 7, "m": {"role": "title"}, "sg": [{"d": 3000, "m": {"text": text}}]}
    tool_context.state["draft"] = {"t": [*FILM, title]}
    return {"status": "success"}


def fail(reason: str) -> dict[str, Any]:
    """Breaks."""
    raise RuntimeError(f"{reason} at /srv/agent.py")


def quiet(tool_context: ToolContext) -> dict[str, Any]:
    """Makes the film, and ends the turn without a word."""
    tool_context.state["draft"] = {"t": FILM}
    tool_context.actions.skip_summarization = True
    return {"status": "success"}


def call(name: str, **args: Any) -> types.Part:
    return types.Part(function_call=types.FunctionCall(name=name, args=args))


def said(text: str) -> types.Part:
    return types.Part(text=text)


# what the model does at each of its turns, by a word of the user's
SCRIPT: dict[str, list[list[types.Part] | str]] = {
    "hello": [[said("Hello from the model.")]],
    "title": [[said("Let me add that."), call("add_title", text="Golden Hour")], [said("Your title is in.")]],
    "silently": [[call("quiet")]],
    "nothing": [[call("add_title", text="Golden Hour")], []],
    "thought": [[types.Part(text="secret plans", thought=True), said("Here you are.")]],
    "separators": [[said("One\u2028two\u0085three.")]],
    "parts": [[said("First."), said("\n\nSecond.")]],
    "break": [[call("fail", reason="boom")]],
    "later": [[call("add_title", text="Golden Hour")], "the model is away"],
    "unknown": [[call("no_such_tool")], [said("That did not work.")]],
    "slowly": [[call("add_title", text="Golden Hour")], "wait", [said("At last.")]],
}


class Scripted(BaseLlm):
    """A model that reads SCRIPT. "wait" is five seconds; any other text in it is an exception."""

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        words, done = _asked(llm_request)
        steps = list(next((steps for word, steps in SCRIPT.items() if word in words), [[said("What?")]]))
        if "wait" in steps:
            steps.remove("wait")
            await asyncio.sleep(5 if done else 0)
        step = steps[min(done, len(steps) - 1)]
        if isinstance(step, str):
            raise RuntimeError(step)
        yield LlmResponse(
            content=types.Content(role="model", parts=step) if step else None, finish_reason=types.FinishReason.STOP
        )


def _asked(request: LlmRequest) -> tuple[str, int]:
    """The user's last words, and how many steps were done since."""
    words, done = "", 0
    for content in request.contents:
        for part in content.parts or []:
            if part.text and content.role == "user":
                words, done = part.text, 0
            elif part.function_response:
                done += 1
    return words, done


root_agent = LlmAgent(name="nemo_agent", model=Scripted(model="scripted"), tools=[add_title, fail, quiet])
