/// Which Python globals a pickle may name. A pickle is a program: every global that it names is imported, and most are
/// called. What only rebuilds data is allowed; what is known to run code is dangerous; the rest is unknown.
enum PickleGlobals {
    enum Verdict: Equatable {
        case allowed
        case unknown
        case dangerous
    }

    static func verdict(_ module: String, _ name: String) -> Verdict {
        let root = module.prefix { $0 != "." }
        // A dotted name walks through attributes: `numpy` + `os.system` would be reached so.
        if name.contains(".") || module.isEmpty || name.isEmpty {
            return dangerousRoots.contains(String(root)) ? .dangerous : .unknown
        }
        if allowed[module]?.contains(name) == true { return .allowed }
        if allowedClasses.contains(where: { module == $0 || module.hasPrefix($0 + ".") }), isClass(name) {
            return .allowed
        }
        if root == "torch", module == "torch", name.hasSuffix("Storage") || dataTypes.contains(name) { return .allowed }
        return dangerousRoots.contains(String(root)) || dangerous.contains("\(module).\(name)") ? .dangerous : .unknown
    }

    /// Classes begin with a capital letter, behind underscores if they are private; Cython's own rebuilders are functions
    /// with this prefix.
    private static func isClass(_ name: String) -> Bool {
        name.first { $0 != "_" }?.isUppercase == true || name.hasPrefix("__pyx_unpickle_") || name == "newObj"
    }

    /// Packages whose classes hold data, and of which no class runs code as it is rebuilt.
    private static let allowedClasses = [
        "sklearn", "torch.nn.modules", "torch.nn.parameter", "torch.optim", "scipy.sparse", "pandas.core",
        "pandas._libs",
        "xgboost.core", "xgboost.sklearn", "lightgbm.basic", "lightgbm.sklearn", "catboost.core", "numpy.random",
        "joblib.numpy_pickle", "pandas.arrays",
    ]

    private static let dataTypes: Set<String> = [
        "float16", "float32", "float64", "bfloat16", "int8", "int16", "int32", "int64", "uint8", "bool", "complex64",
        "complex128", "Size", "device", "Tensor", "float8_e4m3fn", "float8_e5m2",
    ]

    private static let rebuildArrays: Set<String> = ["_reconstruct", "scalar"]

    private static let allowed: [String: Set<String>] = [
        "builtins": builtins, "__builtin__": builtins,
        "collections": ["OrderedDict", "defaultdict", "Counter", "deque"],
        "copyreg": ["_reconstructor"], "copy_reg": ["_reconstructor"], "_codecs": ["encode"],
        "datetime": ["datetime", "date", "time", "timedelta", "timezone"], "decimal": ["Decimal"],
        "uuid": ["UUID"], "pathlib": ["PurePosixPath"],
        "numpy": [
            "ndarray", "dtype", "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16",
            "uint32", "uint64", "bool_", "bool", "str_", "object_", "datetime64",
        ],
        "numpy.core.multiarray": rebuildArrays, "numpy._core.multiarray": rebuildArrays,
        "numpy.core.numeric": ["_frombuffer"], "numpy._core.numeric": ["_frombuffer"],
        "numpy.ma.core": ["_mareconstruct", "MaskedArray"], "numpy.dtypes": [],
        "numpy.random._pickle": ["__randomstate_ctor", "__bit_generator_ctor", "__generator_ctor"],
        "numpy.random._mt19937": ["MT19937"], "numpy.random._pcg64": ["PCG64"],
        "scipy.sparse._csr": ["csr_matrix", "csr_array"], "scipy.sparse._csc": ["csc_matrix", "csc_array"],
        "scipy.sparse.csr": ["csr_matrix"], "scipy.sparse.csc": ["csc_matrix"],
        "pandas": ["DataFrame", "Series", "Index", "RangeIndex", "StringDtype", "CategoricalDtype", "Timestamp"],
        "pyarrow.lib": ["_restore_array", "py_buffer", "type_for_alias"],
        "pandas._libs.internals": ["_unpickle_block"], "pandas.core.indexes.base": ["_new_Index"],
        "pandas._libs.arrays": ["__pyx_unpickle_NDArrayBacked"],
        "torch._utils": [
            "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_parameter",
            "_rebuild_parameter_with_state", "_rebuild_sparse_tensor", "_rebuild_qtensor",
        ],
        "torch": ["FloatStorage"], "torch.storage": ["UntypedStorage", "TypedStorage"], "torch.serialization": [],
        "sklearn.utils._bunch": ["Bunch"],
    ]

    private static let builtins: Set<String> = [
        "set", "frozenset", "list", "dict", "tuple", "bytearray", "bytes", "complex", "slice", "range", "object", "int",
        "float", "str", "bool",
    ]

    /// Modules of which any global is a way to run code, to read files or to reach the network.
    private static let dangerousRoots: Set<String> = [
        "os", "posix", "nt", "subprocess", "sys", "builtins", "__builtin__", "commands", "pty", "shutil", "socket",
        "importlib", "runpy", "code", "codeop", "ctypes", "webbrowser", "urllib", "requests", "http", "ftplib", "pip",
        "tempfile", "glob", "pickle", "_pickle", "marshal", "types", "operator", "_operator", "functools", "bdb", "pdb",
        "timeit", "trace", "multiprocessing", "threading", "asyncio", "signal", "platform", "cProfile", "profile",
        "idlelib",
        "distutils", "setuptools", "pydoc", "nturl2path", "linecache", "zipimport", "cloudpickle", "dill",
    ]

    private static let dangerous: Set<String> = [
        "torch.load", "torch.storage._load_from_bytes", "torch.hub.load", "numpy.load",
        "numpy.testing._private.utils.runstring",
        "joblib.load", "joblib.numpy_pickle.load", "pandas.read_pickle", "pandas.io.pickle.read_pickle",
    ]
}
