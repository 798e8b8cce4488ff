"""The newsletter conversation on aiogram 3: a webhook by aiohttp, state in Redis, replies by the Bot API.

Runs in an environment of its own (``bench/peers/requirements.lock``), so it imports nothing of this project.
Settings come by environment: ``PORT``, ``REDIS_PORT``, ``BOT_API_URL``, ``BOT_TOKEN``, ``SECRET_TOKEN``.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import uvloop
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.fsm.context import FSMContext
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import KeyboardButton, Message, ReplyKeyboardMarkup
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

SCRIPT = json.loads(Path(__file__).with_name("newsletter.json").read_text())
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
CODE = re.compile(r"(?!000000)\d{6}")
"""The mail is not part of this bench, so any six digits but 000000 are taken for its code."""

Reply = tuple[str, tuple[str, ...]]


def enter(name: str, fields: dict[str, Any]) -> tuple[str, dict[str, Any], list[Reply]]:
    """Enter a step: where the conversation then stands (empty: nowhere), its data, and what it says."""
    step = SCRIPT["steps"][name]
    said: list[Reply] = [(text.replace("{{ email }}", fields.get("email", "")), ()) for text in step["say"]]
    if "go" in step:
        state, data, more = enter(step["go"], fields)
        return state, data, [*said, *more]
    said[-1] = (said[-1][0], tuple(step.get("choices", ())))
    waits = "ask" in step or "choices" in step
    return name if waits else "", {**fields, "tries": 0}, said


def advance(state: str, data: dict[str, Any], typed: str) -> tuple[str, dict[str, Any], list[Reply]]:
    """Take the conversation one text further."""
    text = typed.strip()
    if text.lower() in SCRIPT["words"]:
        return enter("hello", data)
    if not state:
        return state, data, [(SCRIPT["fallback"], ())]
    step = SCRIPT["steps"][state]
    choices = {title.lower(): to for title, to in step.get("choices", {}).items()}
    if text.lower() in choices:
        return enter(choices[text.lower()], data)
    if step.get("ask") == "email" and EMAIL.fullmatch(text):
        return enter(step["then"], {**data, "email": text})
    if step.get("ask") == "code" and CODE.fullmatch(text):
        return enter(step["then"], data)
    if data["tries"] + 1 >= SCRIPT["tries"]:
        return enter(step["else"], data)
    return state, {**data, "tries": data["tries"] + 1}, [(step["again"], tuple(step.get("choices", ())))]


def keyboard(titles: tuple[str, ...]) -> ReplyKeyboardMarkup | None:
    """Return the tappable answers."""
    return ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text=title) for title in titles]]) if titles else None


async def on_text(message: Message, state: FSMContext) -> None:
    """Load the state, advance it, save it, send the replies."""
    name, data, replies = advance(await state.get_state() or "", await state.get_data(), message.text or "")
    await state.set_state(name or None)
    await state.set_data(data)
    # Doorstep shows the typing indicator before the first message of a turn, so all three do.
    await message.bot.send_chat_action(message.chat.id, "typing")
    for text, titles in replies:
        await message.answer(text, reply_markup=keyboard(titles))


def app() -> web.Application:
    """Wire bot, storage and webhook; 200 is answered after the reply is delivered."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["BOT_API_URL"]))
    bot = Bot(os.environ["BOT_TOKEN"], session=session)
    dispatcher = Dispatcher(storage=RedisStorage.from_url(f"redis://127.0.0.1:{os.environ['REDIS_PORT']}/0"))
    dispatcher.message.register(on_text, F.text)
    application = web.Application()
    SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token=os.environ["SECRET_TOKEN"]).register(
        application, path="/webhook"
    )
    setup_application(application, dispatcher, bot=bot)
    return application


if __name__ == "__main__":
    uvloop.install()
    web.run_app(app(), host="127.0.0.1", port=int(os.environ["PORT"]), print=None, access_log=None)
