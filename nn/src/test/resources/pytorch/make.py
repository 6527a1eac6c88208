"""Writes the files beside it as torch.save does, byte for byte, without PyTorch.

Python's own pickler makes the pickles; stand-ins with the names and the reductions of PyTorch's
classes (torch/_tensor.py, torch/serialization.py, caffe2/serialize/inline_container.cc of
version 2.10) give it what PyTorch gives it.   python3 make.py
"""

import collections
import io
import pickle
import struct
import sys
import types
import zlib

import numpy as np


def module(name):
    sys.modules[name] = types.ModuleType(name)
    return sys.modules[name]


torch, utils, parameter = module("torch"), module("torch._utils"), module("torch.nn.parameter")
module("torch.nn")


def function(home, name):
    def rebuild(*_):
        raise NotImplementedError

    rebuild.__module__, rebuild.__qualname__, rebuild.__name__ = home.__name__, name, name
    setattr(home, name, rebuild)
    return rebuild


REBUILD_V1 = function(utils, "_rebuild_tensor")
REBUILD_V2 = function(utils, "_rebuild_tensor_v2")
REBUILD_PARAMETER = function(utils, "_rebuild_parameter")

KINDS = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "BFloat16Storage": "<u2",  # its bits
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "<i1",
    "ByteStorage": "<u1",
    "BoolStorage": "?",
}
for kind_name in KINDS:
    setattr(torch, kind_name, type(kind_name, (), {"__module__": "torch"}))


class Storage:
    def __init__(self, kind, values):
        self.kind = getattr(torch, kind)
        self.data = np.asarray(values).astype(KINDS[kind]).ravel()


class Tensor:
    """torch.Tensor: pickled as a call of torch._utils._rebuild_tensor_v2."""

    def __init__(self, storage, offset, size, stride):
        self.storage, self.offset, self.size, self.stride = storage, offset, size, stride

    def __reduce_ex__(self, protocol):
        hooks = collections.OrderedDict()
        return REBUILD_V2, (self.storage, self.offset, self.size, self.stride, False, hooks)


class Parameter:
    """torch.nn.Parameter, kept as such: state_dict(keep_vars=True)."""

    def __init__(self, data):
        self.data = data

    def __reduce_ex__(self, protocol):
        return REBUILD_PARAMETER, (self.data, True, collections.OrderedDict())


def tensor(kind, values, *shape):
    stride, step = [], 1
    for extent in reversed(shape):
        stride.insert(0, step)
        step *= max(extent, 1)
    return Tensor(Storage(kind, values), 0, tuple(shape), tuple(stride))


def zip_pickle(value, protocol, storages):
    """data.pkl of a zip file."""
    keys = {}

    def persistent_id(obj):
        if not isinstance(obj, Storage):
            return None
        key = keys.setdefault(id(obj), str(len(keys)))
        storages[key] = obj
        return ("storage", obj.kind, key, "cpu", len(obj.data))

    out = io.BytesIO()
    pickler = pickle.Pickler(out, protocol=protocol)
    pickler.persistent_id = persistent_id
    pickler.dump(value)
    return out.getvalue()


def zip_file(archive, value, protocol=2):
    """_save, and the zip writer: uncompressed, each record's data at a multiple of 64."""
    storages = {}
    records = [("data.pkl", zip_pickle(value, protocol, storages)), (".format_version", b"1"),
               (".storage_alignment", b"64"), ("byteorder", b"little")]
    records += [("data/" + key, storages[key].data.tobytes()) for key in sorted(storages)]
    records += [("version", b"3\n")]
    serial = "%020d%020d" % (zlib.crc32("".join(n for n, _ in records).encode()),
                             zlib.crc32(b"".join(d for _, d in records)))
    return zipped(archive, records + [(".data/serialization_id", serial.encode())])


def zipped(archive, records):
    body, central = b"", b""
    for name, data in records:
        name = (archive + "/" + name).encode()
        crc, at = zlib.crc32(data), len(body)
        start = at + 30 + len(name) + 4
        padding = -start % 64
        extra = b"FB" + struct.pack("<H", padding) + b"Z" * padding
        body += struct.pack("<IHHHHHIIIHH", 0x04034B50, 0, 0x0808, 0, 0, 0, 0, 0, 0,
                            len(name), len(extra)) + name + extra + data
        body += struct.pack("<IIII", 0x08074B50, crc, len(data), len(data))
        central += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 0, 0, 0x0808, 0, 0, 0, crc,
                               len(data), len(data), len(name), 0, 0, 0, 0, 0, at) + name
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, len(records), len(records), len(central),
                      len(body), 0)
    return body + central + end


def legacy_file(value, protocol=2, pickler_class=pickle.Pickler, parts=None):
    """_legacy_save; storages' keys are addresses there, and their order is that of the texts."""
    storages, keys = {}, {}

    def persistent_id(obj):
        if not isinstance(obj, Storage):
            return None
        key = keys.setdefault(id(obj), str(94200000000000 + 64 * len(keys)))
        storages[key] = obj
        return ("storage", obj.kind, key, "cpu", len(obj.data), (parts or {}).get(id(obj)))

    out = io.BytesIO()
    sizes = dict(protocol_version=1001, little_endian=True,
                 type_sizes=dict(short=2, int=4, long=4))
    pickle.dump(0x1950A86A20F9469CFC6C, out, protocol=protocol)
    pickle.dump(1001, out, protocol=protocol)
    pickle.dump(sizes, out, protocol=protocol)
    pickler = pickler_class(out, protocol=protocol)
    pickler.persistent_id = persistent_id
    pickler.dump(value)
    pickle.dump(sorted(storages), out, protocol=protocol)
    for key in sorted(storages):
        out.write(struct.pack("<q", len(storages[key].data)) + storages[key].data.tobytes())
    return out.getvalue()


class Python2Pickler(pickle._Pickler):
    """Texts are byte strings, and an ordered dictionary is made from a list of its pairs."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_str(self, text):
        data = text.encode("latin-1")
        self.write(pickle.SHORT_BINSTRING + bytes([len(data)]) + data)
        self.memoize(text)

    dispatch[str] = save_str

    def save_ordered(self, value):
        pairs = [[k, v] for k, v in value.items()]
        self.save_reduce(collections.OrderedDict, (pairs,), obj=value)

    dispatch[collections.OrderedDict] = save_ordered


class OldTensor(Tensor):
    def __reduce_ex__(self, protocol):
        return REBUILD_V1, (self.storage, self.offset, self.size, self.stride)


class OldParameter:
    """torch.nn.Parameter of PyTorch 0.1 to 0.3: made from its data, attributes set afterwards."""

    def __init__(self, data):
        self.data = data

    def __reduce_ex__(self, protocol):
        return parameter.Parameter, (self.data,), (True, False, collections.OrderedDict())


OldParameter.__module__, OldParameter.__qualname__ = "torch.nn.parameter", "Parameter"
OldParameter.__name__ = "Parameter"
parameter.Parameter = OldParameter


def every_kind():
    """All that PyTorchFileTest expects, by name."""
    shared = Storage("FloatStorage", np.arange(24) / 4 - 1)
    d = collections.OrderedDict()
    d["rows"] = Tensor(shared, 0, (4, 6), (6, 1))
    d["columns"] = Tensor(shared, 0, (6, 4), (1, 6))
    d["every_other"] = Tensor(shared, 3, (2, 3), (12, 2))
    d["tail"] = Tensor(shared, 20, (4,), (1,))
    d["scalar"] = Tensor(shared, 7, (), ())
    d["expanded"] = Tensor(shared, 2, (3, 2), (1, 0))
    d["empty"] = tensor("FloatStorage", [], 0, 3)
    d["double"] = tensor("DoubleStorage", [np.pi, -1e300], 2)
    d["half"] = tensor("HalfStorage", [1, -3, 2.0 ** -24], 3)
    d["bfloat16"] = tensor("BFloat16Storage", [0x3FC0, 0xC040], 2)
    d["long"] = tensor("LongStorage", 123456789, *())
    d["int"] = tensor("IntStorage", [-5, 2 ** 31 - 1], 1, 2)
    d["short"] = tensor("ShortStorage", [-2, 32767], 2)
    d["char"] = tensor("CharStorage", [-128, 127], 2)
    d["byte"] = tensor("ByteStorage", [0, 255], 2)
    d["bool"] = tensor("BoolStorage", [True, False], 2)
    d["parameter"] = Parameter(tensor("FloatStorage", [0.5], 1))
    return d


def checkpoint():
    """What training scripts save: DataParallel's names, and the rest beside the state dict."""
    d = collections.OrderedDict()
    d["module.conv1.weight"] = tensor("FloatStorage", np.arange(18) / 8, 2, 1, 3, 3)
    d["module.bn1.weight"] = tensor("FloatStorage", [1, 2], 2)
    d["module.bn1.bias"] = tensor("FloatStorage", [0, -1], 2)
    d["module.bn1.running_mean"] = tensor("FloatStorage", [0.5, 0.25], 2)
    d["module.bn1.running_var"] = tensor("FloatStorage", [4, 9], 2)
    d["module.bn1.num_batches_tracked"] = tensor("LongStorage", 391, *())
    versions = collections.OrderedDict([("", {"version": 1}), ("module.bn1", {"version": 2})])
    d._metadata = versions
    momentum = {"momentum_buffer": tensor("FloatStorage", np.arange(18), 2, 1, 3, 3)}
    group = {"lr": 0.1, "nesterov": False, "params": [140001]}
    return {
        "epoch": 199,
        "arch": "resnet20",
        "state_dict": d,
        "best_prec1": 92.625,
        "optimizer": {"state": {140001: momentum}, "param_groups": [group]},
        "milestones": collections.Counter([100, 150]),
        "seed": 2 ** 70,
        "none": None,
    }


def old():
    d = collections.OrderedDict()
    data = Storage("FloatStorage", [1, 2, 3, 4, 5, 6])
    d["fc.weight"] = OldParameter(OldTensor(data, 0, (2, 3), (3, 1)))
    part = Storage("FloatStorage", [7, 8, 9])
    d["fc.bias"] = OldTensor(part, 1, (1,), (1,))
    return d, {id(part): ("94200000009999", 1, 2)}


def plain():
    """What the tests' own writer, TorchSave, writes too."""
    d = collections.OrderedDict()
    d["conv1.weight"] = tensor("FloatStorage", np.arange(300) / 16, 100, 1, 1, 3)
    for i in range(20):
        d["bn%d.weight" % i] = tensor("FloatStorage", [i, -i], 2)
        d["bn%d.num_batches_tracked" % i] = tensor("LongStorage", i, *())
    return {"state_dict": d, "where": "cpu", "zbest": 0.75, "zepoch": 70000}


def write(name, content):
    with open(name, "wb") as f:
        f.write(content)


write("every_kind.pt", zip_file("every_kind", every_kind()))
write("every_kind.pth", legacy_file(every_kind()))
write("protocol4.pt", zip_file("archive", every_kind(), protocol=4))
write("protocol5.pth", legacy_file(every_kind(), protocol=5))
write("checkpoint.pt", zip_file("checkpoint", checkpoint()))
write("checkpoint.th", legacy_file(checkpoint()))
value, parts = old()
write("python2.pth", legacy_file(value, pickler_class=Python2Pickler, parts=parts))
write("plain.pkl", zip_pickle(plain(), 2, {}))
write("plain.pth", legacy_file(plain()))
