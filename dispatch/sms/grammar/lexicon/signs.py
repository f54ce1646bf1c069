"""What people say with a sign: emoji, plus."""

from dispatch.sms.grammar.lexicon.form import Lexicon
from dispatch.sms.grammar.senses import Role, Sense

SIGNS = Lexicon(
    phrases={
        Sense.YES: "👍; ✅; ✔; ☑; 👌; 🆗; 🤝; 🙆; +; + +; ➕; 🫡",
        Sense.LEAN: "💯; 🙋",
        Sense.NO: "👎; ❌; ✖; 🙅; 🚫; ➖; ⛔; ❎",
        Sense.MAYBE: "🤷; 🤔; 🤞; ±",
        Sense.LAUGH: "😂; 🤣; 🙄; 😏; 😜; 😅; 🙃; 🤪; 😒",
        Sense.ON_WAY: "🏃; 🚶; 🚗; 🚕; 🚌; 🚇",
        Sense.THANKS: "🙏",
        Sense.GREETING: "👋; ✋; 🖐",
        Sense.FILLER: """
            😀; 😃; 😄; 😁; 😆; 😊; 🙂; 😉; 😎; 🤗; ☺; 😇; 😋; 😌; 🥰; 😍; ❤; ♥; 💖; 🌹; 🌸; 🎉
            🔥; ✨; ⭐; 👏; 💪; 🤙; ✊; 👊; 🙌; ☀; 😢; 😔; 😞
            🙁; ☹; 😪; 😭; 😟; ♂; ♀; ☎; 📞""",
        Sense.OTHER: "🖕; 😡; 🤬; 💩; 🤡; 😤",
    },
    roles={Role.PERCENT: "%", Role.MONEY: "$; €; ₽; £"},
)
