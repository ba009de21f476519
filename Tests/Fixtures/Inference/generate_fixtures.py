"""Writes the fixtures of InferenceTests and of the serving tests beside this file:

    python Tests/Fixtures/Inference/generate_fixtures.py

A classifier small enough to read: each token votes for labels, the votes are added. `model.int8.onnx` quantises the
votes with one scale for the whole batch, as dynamic int8 does, so its answers depend on their neighbours.
`tokens.jsonl` holds texts with the ids that Hugging Face's `tokenizers` gives for a vocabulary of single characters, which
shows every step of normalisation. The same versions of the packages give the same bytes.
"""

import json
import random
import unicodedata
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

HERE = Path(__file__).parent
LABELS = ["TurnOn", "TurnOff", "Weather"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
VOTES = {
    "on": [4, -1, 0], "off": [-1, 4, 0], "weather": [0, 0, 4], "rain": [0, 0, 4], "allume": [4, -1, 0],
    "eteins": [-1, 4, 0], "meteo": [0, 0, 4], "pluie": [0, 0, 4], "light": [0.5, 0.5, 0], "lampe": [0.5, 0.5, 0],
    "tomorrow": [0, 0, 1], "demain": [0, 0, 1],
}
PIECES = "turn the la le kitchen cuisine bedroom chambre fan radio please will it is quel temps ##s ##ing switch , . ?".split()


def tokenizer(vocabulary: list[str]) -> Tokenizer:
    """BERT's tokenizer over a vocabulary."""
    made = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(vocabulary)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.add_special_tokens(SPECIAL)
    ends = [(token, made.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    made.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    return made


def save_model(name: str, nodes: list, inputs: list, outputs: list, constants: list) -> None:
    graph = helper.make_graph(nodes, "fixture", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9, producer_name="")
    onnx.checker.check_model(model)
    (HERE / name).write_bytes(model.SerializeToString(deterministic=True))


def constant(name: str, values: np.ndarray) -> onnx.TensorProto:
    return onnx.numpy_helper.from_array(values, name)


def value(name: str, kind: int, shape: list) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def classifier(name: str, vocabulary: list[str], strength: float, quantised: bool) -> None:
    votes = np.array([VOTES.get(piece, [0, 0, 0]) for piece in vocabulary], dtype=np.float32) * strength
    steps = [
        helper.make_node("Gather", ["votes", "input_ids"], ["found"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
    ]
    chosen = "found"
    if quantised:
        # One more term that depends on a text's length makes the scale differ between batches.
        steps += [
            helper.make_node("ReduceSum", ["column", "middle"], ["length"], keepdims=1),
            helper.make_node("Mul", ["found", "length"], ["stretched"]),
            helper.make_node("DynamicQuantizeLinear", ["stretched"], ["q", "scale", "zero"]),
            helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["restored"]),
            helper.make_node("Div", ["restored", "length"], ["kept"]),
        ]
        chosen = "kept"
    steps += [
        helper.make_node("Mul", [chosen, "column"], ["counted"]),
        helper.make_node("ReduceSum", ["counted", "middle"], ["logits"], keepdims=0),
    ]
    axes = ["batch", "tokens"]
    save_model(
        name,
        steps,
        [value("input_ids", TensorProto.INT64, axes), value("attention_mask", TensorProto.INT64, axes)],
        [value("logits", TensorProto.FLOAT, ["batch", len(LABELS)])],
        [
            constant("votes", votes),
            constant("last", np.array([2], dtype=np.int64)),
            constant("middle", np.array([1], dtype=np.int64)),
        ],
    )


def small_models() -> None:
    """A string model, a model with a fixed shape, and one whose weights lie elsewhere."""
    save_model(
        "strings.onnx",
        [helper.make_node("Identity", ["words"], ["same"])],
        [value("words", TensorProto.STRING, ["n"])],
        [value("same", TensorProto.STRING, ["n"])],
        [],
    )
    save_model(
        "matmul.onnx",
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        [value("x", TensorProto.FLOAT, ["n", 2])],
        [value("y", TensorProto.FLOAT, ["n", 3])],
        [constant("w", np.arange(6, dtype=np.float32).reshape(2, 3))],
    )
    weights = constant("w", np.arange(6, dtype=np.float32).reshape(2, 3))
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    weights.external_data.add(key="location", value="../weights.bin")
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "fixture",
        [value("x", TensorProto.FLOAT, ["n", 2])],
        [value("y", TensorProto.FLOAT, ["n", 3])],
        [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    (HERE / "external.onnx").write_bytes(model.SerializeToString(deterministic=True))


def rows(seed: int, count: int) -> list[dict]:
    draw = random.Random(seed)
    shapes = {
        "en": [("turn on the {}", "TurnOn"), ("turn off the {}", "TurnOff"), ("will it rain in the {}", "Weather")],
        "fr": [("allume la {}", "TurnOn"), ("éteins la {}", "TurnOff"), ("quel temps la pluie {}", "Weather")],
    }
    things = {"en": ["light", "kitchen light", "bedroom fan", "radio"], "fr": ["lampe", "cuisine", "chambre", "radio"]}
    out = []
    for index in range(count):
        language = ["en", "fr"][index % 2]
        pattern, label = draw.choice(shapes[language])
        text = pattern.format(draw.choice(things[language]))
        text += draw.choice(["", ".", " please", " ?"])
        out.append({"text": text, "intent": label, "language": language})
    return out


def hard_texts() -> list[str]:
    """Texts that take every path of the normaliser."""
    draw = random.Random(3)
    texts = [
        "Turn ON the Kitchen light!", "naïve café Zażółć gęślą jaźń", "ΑΣΣΟΣ ς Σ", "İstanbul ıI", "straße ẞ", "ﬁ ﬂ Ǆ",
        "東京タワー ガギグ", "한국어 각", "שָׁלוֹם עולם", "مَرْحَبًا بالعالم", "हिन्दी क्षत्रिय", "ไทย ภาษา", "👩‍👩‍👧‍👦 🇫🇷 ✈️", "a\u0000b\ufffdc\u200dd",
        "tab\tnew\nline\r\u00a0\u3000end", "x\u0085y\u000bz\u000cw", "[CLS] in [SEP] the [MASK] text [cls]", "[[CLS]]", "##ing", "a" * 100,
        "a" * 101, "é" * 100 + " b", "don't... stop—it’s “quoted”", "e\u0301\u0327 \u0327\u0301", "\u1d15e \U0001d15e \U0001d1bb",
        "豈 更 車 賈", "\U0002f800 \U00020000", "≠ ≮ ≯", "\u0344 \u0f73 \u0f71", "a\u302f\u302e\u0345b", "\u034f\u0301x", "1,000.50€ £5 ¥ ＄",
        "ＡＢＣ １２３", "ⅷ Ⅷ ⓐ Ⓐ", "ᏣᎳᎩ ꭰ Ꭰ", "ა Ა", "\ue000 private \U000f0000", "word" * 60,
    ]
    blocks = [
        (0x20, 0x7F), (0xA0, 0x250), (0x300, 0x370), (0x370, 0x530), (0x590, 0x700), (0x900, 0xE00), (0xE00, 0x1000),
        (0x1100, 0x1200), (0x1B00, 0x1C00), (0x1D00, 0x2100), (0x3000, 0x3100), (0x4E00, 0x4F00), (0xAC00, 0xAD00),
        (0xF900, 0xFB50), (0xFE00, 0xFFFE), (0x1D100, 0x1D200), (0x1F300, 0x1FB00),
    ]
    for _ in range(360):
        low, high = draw.choice(blocks)
        texts.append("".join(chr(draw.randrange(low, high)) for _ in range(draw.randint(1, 16))))
    return texts


def write_lines(name: str, items: list[dict]) -> None:
    (HERE / name).write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items), encoding="utf-8")


def main() -> None:
    vocabulary = SPECIAL + sorted(VOTES) + PIECES
    tokenizer(vocabulary).save(str(HERE / "tokenizer.json"), pretty=False)
    (HERE / "labels.json").write_text(json.dumps(LABELS) + "\n", encoding="utf-8")
    classifier("model.fp32.onnx", vocabulary, 1.0, False)
    classifier("model.int8.onnx", vocabulary, 1.0, True)
    classifier("model.stronger.onnx", vocabulary, 2.0, False)
    classifier("model.broken.onnx", vocabulary, -1.0, False)
    small_models()
    write_lines("test.jsonl", rows(5, 60))
    write_lines("reference.jsonl", rows(6, 120))
    write_lines("suite.jsonl", [{"text": row["text"], "intent": row["intent"]} for row in rows(7, 20)])

    texts = hard_texts()
    kept = "".join(texts) + unicodedata.normalize("NFD", "".join(texts)) + "".join(texts).lower()
    # Every third character is left out, so that some words are unknown.
    characters = [c for i, c in enumerate(sorted(set(kept))) if i % 3 and not c.isspace()]
    alphabet = SPECIAL + characters + ["##" + c for c in characters]
    alphabet = [piece for piece in alphabet if not any(0xD800 <= ord(c) < 0xE000 for c in piece)]
    judge = tokenizer(alphabet)
    judge.save(str(HERE / "alphabet.json"), pretty=False)
    judge.enable_truncation(64)
    write_lines("tokens.jsonl", [{"text": text, "ids": judge.encode(text).ids} for text in texts if text])


main()
