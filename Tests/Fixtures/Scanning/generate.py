"""Makes the small models that ModelScannerTests looks into: `python generate.py` writes them beside itself.

None of the bad ones is ever loaded: the commands in them are harmless all the same.
"""
import io
import os
import pickle
import zipfile
from pathlib import Path

import joblib
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

HERE = Path(__file__).parent


class Evil:
    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


def write(name, data):
    (HERE / name).write_bytes(data)


def torch_bytes(value, **options):
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def good():
    x, y = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]), np.array([0, 1, 1, 0])
    logistic, tree = LogisticRegression().fit(x, y), DecisionTreeClassifier(random_state=0).fit(x, y)
    for protocol in (0, 2, 4, 5):
        write(f"good-arrays-{protocol}.pkl", pickle.dumps({"a": np.arange(3.0), "b": {1, 2}}, protocol))
    write("good-sklearn.pkl", pickle.dumps(logistic))
    joblib.dump({"model": tree, "x": x, "names": np.array(["a", None], dtype=object)}, HERE / "good-tree.joblib")
    state = torch.nn.Linear(2, 1).state_dict()
    write("good-torch.pt", torch_bytes(state))
    write("good-torch-legacy.pth", torch_bytes(state, _use_new_zipfile_serialization=False))
    np.save(HERE / "good-numbers.npy", np.arange(4.0))


def bad():
    for protocol in (0, 2, 4):
        write(f"bad-system-{protocol}.pkl", pickle.dumps(Evil(os.system, "true"), protocol))
    write("bad-eval.pkl", pickle.dumps([1, {"x": Evil(eval, "1 + 1")}]))
    # A module and a name that meet only on the stack.
    memo = b"\x80\x04\x8c\x05posix\x94\x8c\x06system\x940h\x00h\x01\x93\x8c\x04true\x85R."
    write("bad-memo.pkl", memo)
    # A name that walks through the attributes of an allowed module.
    write("bad-dotted.pkl", b"\x80\x04\x8c\x05numpy\x94\x8c\x09os.system\x94\x93\x8c\x04true\x85R.")
    write("bad-inst.pkl", b"(S'true'\nios\nsystem\n.")
    joblib.dump([np.arange(1000.0), Evil(os.system, "true")], HERE / "bad-after-array.joblib")
    joblib.dump([np.array([1, Evil(os.system, "true")], dtype=object)], HERE / "bad-in-array.joblib")
    joblib.dump([np.arange(10.0)], HERE / "bad-compressed.joblib", compress=("zlib", 3))
    write("bad-torch.pt", torch_bytes({"w": torch.zeros(1), "x": Evil(os.system, "true")}))
    np.save(HERE / "bad-objects.npy", np.array([Evil(os.system, "true")], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(HERE / "bad-names.zip", "w") as archive:
        archive.writestr("../outside.txt", "x")
        archive.writestr("inside.txt", "x")
    with zipfile.ZipFile(HERE / "bad-deflated.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Evil(os.system, "true")))
    write("bad-cut.pkl", pickle.dumps(np.arange(100.0))[:-40])
    # Not named as a pickle: its first bytes tell.
    write("bad-hidden.bin", pickle.dumps(Evil(os.system, "true"), 4))


def model(location):
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value=location)
    tensor.external_data.add(key="offset", value="0")
    value = helper.make_tensor_value_info("w", TensorProto.FLOAT, [1])
    branch = helper.make_graph([], "branch", [], [value], initializer=[tensor])
    node = helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)
    return helper.make_model(helper.make_graph([node], "g", [], [value])).SerializeToString()


def onnx_models():
    write("good-weights.onnx", model("weights/w.bin"))
    write("bad-climbs.onnx", model("../../etc/passwd"))
    write("bad-absolute.onnx", model("/etc/passwd"))


good()
bad()
onnx_models()
