"""Strings that break tokenizers, by a seed: many scripts, emoji, marks, white space, controls, code, digits, special tokens,
long runs, and UTF-8 that was broken and repaired with U+FFFD."""

import random

SENTENCES = [
    "The quick brown fox jumps over the lazy dog; it's 10:45, isn't it? We'll see, they'd said.",
    "Allumez la lumière du salon s'il vous plaît, l'été dernier à Orléans.",
    "أطفئ الأنوار في غرفة المعيشة من فضلك، شُكْرًا جَزيلاً.",
    "Washa taa za sebuleni tafadhali, kisha uniambie hali ya hewa.",
    "请打开客厅的灯,然后告诉我明天的天气。東京都は晴れです。カタカナとひらがな。",
    "오늘 날씨가 어때요? 거실 불을 켜 주세요.",
    "कृपया बैठक की बत्ती जलाओ और मौसम बताओ। ক্ষমা করবেন",
    "กรุณาเปิดไฟในห้องนั่งเล่น เพื่อที่จะอ่านหนังสือ",
    "Пожалуйста, включите свет в гостиной. Ёлка, йод.",
    "Παρακαλώ ανάψτε το φως. ΟΔΥΣΣΕΥΣ ἀρχή",
    "ይህ ፈተና ነው። እንደምን አደርክ",
    "Ẹ jọ̀ọ́, ẹ tan iná yàrá ìjókòó. Ọjọ́ àìkú",
    "Xin chào, hãy bật đèn phòng khách. Tiếng Việt",
    "שלום עולם, בְּרֵאשִׁית בָּרָא",
    "def f(x):\n\treturn {'a': [x**2 for x in range(10)], \"b\": None}  # comment\r\n",
    "SELECT * FROM t WHERE id=42 AND name LIKE '%O''Brien%';",
    "https://example.org/a/b?c=d&e=%20f#g user@example.com 192.168.0.1",
    "½ ² ³ ① Ⅷ ㎏ ﬁ ﬂ ﷺ ｆｕｌｌｗｉｄｔｈ ㍿ ª º ™ ℃ …",
    "e\u0301 a\u0308\u0323 o\u0302\u0301 \u1e9b\u0323 \u212b \u2126 \uac00\u11a8 \u1100\u1161\u11a8",
]
EMOJI = "😀😂🥰👍🏽👩‍👩‍👧‍👦🇰🇪🇫🇷❤️☀️🏳️‍🌈🫠🧑🏿‍🚀⌚️1️⃣"
SPACES = " \t\n\r\x0b\x0c\x85\xa0\u1680\u2003\u2028\u2029\u202f\u205f\u3000\u200b\u200d\ufeff"
SPECIALS = ["<s>", "</s>", "<unk>", "<pad>", "<mask>", "[CLS]", "[SEP]", "[UNK]", "[MASK]", "<|endoftext|>",
            "<|im_start|>", "<|im_end|>", "<0x0A>", "▁", "Ġ", "##ing", "</w>"]
ENDINGS = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'T", "'RE", "'LL", "'ſ", "’s", "'x", "''", "'"]
BLOCKS = [(0x20, 0x7F), (0xA0, 0x250), (0x250, 0x370), (0x370, 0x530), (0x590, 0x800), (0x900, 0xE00), (0xE00, 0x1100),
          (0x1100, 0x1200), (0x1200, 0x1400), (0x1E00, 0x2000), (0x2000, 0x2C00), (0x3000, 0x3100), (0x3400, 0x9FFF),
          (0xA000, 0xABFF), (0xAC00, 0xD7A4), (0xF900, 0x10000), (0x10000, 0x11000), (0x1D000, 0x1D800),
          (0x1F000, 0x1FB00), (0x20000, 0x20100), (0xE0000, 0xE0200), (0x300, 0x370), (0x0, 0x20), (0x0, 0x110000)]


def scalar(random_, block):
    while True:
        code = random_.randrange(*block)
        if not 0xD800 <= code < 0xE000:
            return chr(code)


def one(random_):
    """One string."""
    kind = random_.random()
    if kind < 0.35:
        words = random_.choice(SENTENCES).split(" ")
        start = random_.randrange(len(words))
        text = " ".join(words[start:start + random_.randrange(1, 12)])
    elif kind < 0.55:
        block = random_.choice(BLOCKS)
        text = "".join(scalar(random_, block) for _ in range(random_.randrange(0, 24)))
    elif kind < 0.8:
        parts = []
        for _ in range(random_.randrange(1, 10)):
            pick = random_.randrange(9)
            if pick == 0:
                parts.append(random_.choice(SPACES) * random_.randrange(1, 4))
            elif pick == 1:
                parts.append(random_.choice(SPECIALS))
            elif pick == 2:
                parts.append(random_.choice(ENDINGS))
            elif pick == 3:
                parts.append(str(random_.randrange(10 ** random_.randrange(1, 12))))
            elif pick == 4:
                start = random_.randrange(len(EMOJI))
                parts.append(EMOJI[start:start + random_.randrange(1, 8)])
            elif pick == 5:
                parts.append(scalar(random_, random_.choice(BLOCKS)))
            elif pick == 6:
                parts.append(random_.choice("!?.,;:-_()[]{}<>@#$%^&*+=|\\/~`\"'") * random_.randrange(1, 5))
            else:
                parts.append(random_.choice(random_.choice(SENTENCES).split(" ")))
            if random_.random() < 0.5:
                parts.append(" ")
        text = "".join(parts)
    elif kind < 0.9:
        raw = bytearray(random_.choice(SENTENCES).encode())
        for _ in range(random_.randrange(1, 6)):
            raw[random_.randrange(len(raw))] = random_.randrange(256)
        text = bytes(raw).decode("utf-8", errors="replace")
    elif kind < 0.93:
        text = random_.choice([scalar(random_, random_.choice(BLOCKS)), "ab", "  ", "\n", "1", "é"]) * random_.randrange(1, 300)
    else:
        base = random_.choice(SENTENCES)
        text = random_.choice([base.upper(), base.lower(), base.title(), base[::-1], base.replace(" ", "")])
    return text


def strings(count, seed):
    """So many strings of a seed, always the same."""
    random_ = random.Random(seed)
    for _ in range(count):
        yield one(random_)
