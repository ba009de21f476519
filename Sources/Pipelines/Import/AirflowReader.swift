/// The script that takes a DAG file apart; see `AirflowImport`.
enum AirflowReader {
    /// For `python -I -c`, with the file as standard input.
    static let script = #"""
        """Reads an Airflow DAG file without executing it: statements are followed as far as their values are literals.

        Standard input: the file. Standard output: a JSON document. What is not understood becomes a note with its line.
        """

        import ast
        import datetime
        import inspect
        import json
        import signal
        import sys
        import textwrap

        MAXIMUM_TASKS = 1000
        RULES = {"all_success": None, "all_done": "over", "none_failed_min_one_success": "any", "none_failed": "any"}
        SILENT = {"task_id", "dag", "owner", "doc", "doc_md", "doc_json", "doc_yaml", "doc_rst", "start_date",
                  "end_date", "do_xcom_push", "multiple_outputs", "task_group", "show_return_value_in_logs",
                  "email_on_failure",
                  "email_on_retry", "ui_color"}
        CONTEXT = {"ti", "task_instance", "context", "ds", "ts", "ds_nodash", "dag_run", "logical_date",
                   "execution_date", "data_interval_start", "data_interval_end", "params",
                   "run_id", "dag", "task", "macros", "prev_ds"}
        PRESETS = {"@hourly", "@daily", "@weekly", "@monthly", "@yearly"}


        class Unknown:
            def __init__(self, node):
                self.line, self.text = getattr(node, "lineno", 1), ast.unparse(node)[:120]
                self.tasks = []


        class Task:
            def __init__(self, name, kind, line):
                self.name, self.kind, self.line = name, kind, line
                self.options, self.after, self.inputs, self.problems = {}, [], [], []
                self.command = self.call = None
                self.returns = False

            @property
            def text(self):
                return self.name


        class Xcom:
            def __init__(self, task, path=()):
                self.task, self.path = task, tuple(path)

            @property
            def text(self):
                return "%s.output%s" % (self.task.name, "".join("[%r]" % key for key in self.path))


        class Group:
            def __init__(self, prefix):
                self.prefix, self.tasks = prefix, []


        class Dag:
            def __init__(self, name, line, options):
                self.name, self.line, self.options, self.tasks, self.calls = name, line, options, [], {}


        class Function:
            """A function of the file; with `kind` set, one that makes a task when it is called."""

            def __init__(self, node, scope, kind=None, options=None):
                self.node, self.scope, self.kind, self.options = node, scope, kind, options or {}


        class Partial:
            """A function of the file, or the name of an operator, with the arguments that `.partial()` gave it."""

            def __init__(self, maker, kwargs):
                self.maker, self.kwargs = maker, kwargs


        class Reader:
            def __init__(self, source):
                self.source, self.lines = source, source.splitlines()
                self.dags, self.notes, self.groups, self.current = [], [], [], None
                self.module = ast.parse(source)
                self.top = {}
                self.statements = {}

            def note(self, line, text):
                if {"line": line, "text": text} not in self.notes:
                    self.notes.append({"line": line, "text": text})

            # Values

            def value(self, node, scope):
                if node is None:
                    return None
                method = getattr(self, "v_" + type(node).__name__, None)
                return method(node, scope) if method else Unknown(node)

            def v_Constant(self, node, scope):
                return node.value

            def v_Name(self, node, scope):
                return scope[node.id] if node.id in scope else Unknown(node)

            def v_List(self, node, scope):
                return [self.value(element, scope) for element in node.elts]

            v_Tuple = v_Set = v_List

            def v_Dict(self, node, scope):
                out = {}
                for key, value in zip(node.keys, node.values):
                    if key is None:
                        more = self.value(value, scope)
                        out.update(more if isinstance(more, dict) else {})
                    else:
                        key = self.value(key, scope)
                        out[key if isinstance(key, (str, int)) else str(key)] = self.value(value, scope)
                return out

            def v_JoinedStr(self, node, scope):
                out = ""
                for part in node.values:
                    if isinstance(part, ast.Constant):
                        out += part.value
                        continue
                    value = self.value(part.value, scope)
                    if isinstance(value, (Unknown, Task, Xcom)) or part.format_spec or part.conversion != -1:
                        return self.unknown(node, [self.value(p.value, scope) for p in node.values
                                                   if isinstance(p, ast.FormattedValue)])
                    out += str(value)
                return out

            def v_UnaryOp(self, node, scope):
                value = self.value(node.operand, scope)
                if isinstance(node.op, ast.USub) and isinstance(value, (int, float)):
                    return -value
                return (not value) if isinstance(node.op, ast.Not) and not isinstance(value, Unknown) else Unknown(node)

            def v_BinOp(self, node, scope):
                left, right = self.value(node.left, scope), self.value(node.right, scope)
                if isinstance(node.op, (ast.RShift, ast.LShift)):
                    first, then = (left, right) if isinstance(node.op, ast.RShift) else (right, left)
                    if not self.edge(first, then):
                        self.note(node.lineno, "the order '%s'" % ast.unparse(node)[:120])
                    return right
                if isinstance(left, Unknown) or isinstance(right, Unknown):
                    return self.unknown(node, [left, right])
                try:
                    if isinstance(node.op, ast.Add):
                        return left + right
                    if isinstance(node.op, ast.Mult):
                        return left * right if not isinstance(left, str) or right < 10000 else Unknown(node)
                    if isinstance(node.op, ast.Sub):
                        return left - right
                    if isinstance(node.op, ast.Mod) and isinstance(left, int):
                        return left % right
                except (TypeError, ValueError, ArithmeticError):
                    pass
                return self.unknown(node, [left, right])

            def v_Compare(self, node, scope):
                left, right = self.value(node.left, scope), self.value(node.comparators[0], scope)
                if len(node.ops) == 1 and not isinstance(left, Unknown) and not isinstance(right, Unknown):
                    if isinstance(node.ops[0], ast.Eq):
                        return left == right
                    if isinstance(node.ops[0], ast.NotEq):
                        return left != right
                return Unknown(node)

            def v_Subscript(self, node, scope):
                value, key = self.value(node.value, scope), self.value(node.slice, scope)
                if isinstance(value, Xcom) and isinstance(key, (str, int)):
                    return Xcom(value.task, value.path + (key,))
                try:
                    return value[key] if isinstance(value, (dict, list, str)) else Unknown(node)
                except (KeyError, IndexError, TypeError):
                    return Unknown(node)

            def v_Attribute(self, node, scope):
                value = self.value(node.value, scope)
                if isinstance(value, Task) and node.attr == "output":
                    return Xcom(value)
                if node.attr.isupper() and ast.unparse(node).split(".")[-2:][0] == "TriggerRule":
                    return node.attr.lower()
                return Unknown(node)

            def v_Lambda(self, node, scope):
                return Function(node, scope)

            def v_ListComp(self, node, scope):
                if len(node.generators) != 1:
                    return Unknown(node)
                loop = node.generators[0]
                items, out = self.value(loop.iter, scope), []
                if not isinstance(items, (list, range, dict)) or loop.ifs or len(items) > MAXIMUM_TASKS:
                    return Unknown(node)
                for item in items:
                    inner = dict(scope)
                    self.bind(loop.target, item, inner)
                    out.append(self.value(node.elt, inner))
                return out

            def v_Call(self, node, scope):
                function = node.func
                name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
                args = [self.value(arg, scope) for arg in node.args if not isinstance(arg, ast.Starred)]
                kwargs = {}
                for keyword in node.keywords:
                    if keyword.arg is None:
                        more = self.value(keyword.value, scope)
                        if isinstance(more, dict):
                            kwargs.update(more)
                        else:
                            self.note(node.lineno, "'**%s'" % ast.unparse(keyword.value)[:120])
                    else:
                        kwargs[keyword.arg] = self.value(keyword.value, scope)
                target = self.value(function, scope) if not isinstance(function, ast.Attribute) else None
                if isinstance(target, Function):
                    if target.kind == "dag":
                        return self.run_dag(target, node)
                    if target.kind == "group":
                        return self.run_group(target, args, kwargs)
                    return self.make_taskflow(target, args, kwargs, node) if target.kind else Unknown(node)
                if isinstance(function, ast.Attribute):
                    base = self.value(function.value, scope)
                    if isinstance(base, Function) and base.kind and name == "override":
                        return Function(base.node, base.scope, base.kind, {**base.options, **kwargs})
                    maker = self.maker(base, function.value)
                    if maker is not None and name == "partial":
                        return Partial(maker, kwargs)
                    if maker is not None and name in ("expand", "expand_kwargs"):
                        return self.make_mapped(name, maker, args, kwargs, node)
                    if isinstance(base, Xcom) and name in ("map", "zip", "concat"):
                        return self.unknown(node, [base, *args])
                    if isinstance(base, (Task, Xcom, Group, list)) and name in ("set_upstream", "set_downstream",
                                                                               "as_setup",
                                                                               "as_teardown"):
                        other = args[0] if args else None
                        pair = (other, base) if name == "set_upstream" else (base, other)
                        if not name.startswith("set_") or not self.edge(*pair):
                            self.note(node.lineno, "'%s'" % ast.unparse(node)[:120])
                        return base
                    if isinstance(base, list) and name in ("append", "extend"):
                        base.extend(args[0] if name == "extend" and isinstance(args[0], list) else args)
                        return None
                    if isinstance(base, str) and name in ("format", "upper", "lower", "strip"):
                        if not any(isinstance(v, Unknown) for v in [*args, *kwargs.values()]):
                            try:
                                return getattr(base, name)(*args, **kwargs)
                            except (LookupError, ValueError, TypeError):
                                return Unknown(node)
                if name == "timedelta":
                    return self.guard(node, lambda: datetime.timedelta(*args, **kwargs))
                if name in ("duration",):
                    return self.guard(node, lambda: datetime.timedelta(**kwargs))
                if name in ("datetime", "DateTime"):
                    zone = kwargs.pop("tz", kwargs.pop("tzinfo", None))
                    make = lambda: {"date": datetime.datetime(*args, **kwargs).isoformat(), "zone": zone}
                    return self.guard(node, make)
                if name == "timezone" and args and isinstance(args[0], str):
                    return args[0]
                if name in ("dedent", "cleandoc"):
                    tidy = textwrap.dedent if name == "dedent" else inspect.cleandoc
                    return self.guard(node, lambda: tidy(*args, **kwargs))
                if name in ("range", "str", "int", "len", "list"):
                    known = {"range": range, "str": str, "int": int, "len": len, "list": list}
                    return self.guard(node, lambda: known[name](*args))
                if name == "dict" and not args:
                    return kwargs
                if name in ("chain", "cross_downstream"):
                    return self.chain(args, node) if name == "chain" else self.edge(*args[:2])
                if name == "DAG":
                    dag = Dag(args[0] if args else kwargs.get("dag_id", "dag"), node.lineno, kwargs)
                    self.dags.append(dag)
                    return dag
                if name == "TaskGroup":
                    return Group(self.prefix() + str(args[0] if args else kwargs.get("group_id", "group")) + ".")
                if name == "Label" and args:
                    return Group("label")
                if name.endswith(("Operator", "Sensor")) and name != "BaseOperator":
                    return self.make_operator(name, args, kwargs, node)
                return Unknown(node)

            def guard(self, node, make):
                try:
                    return make()
                except Exception:  # whatever the file says wrongly is not understood, not an error of ours
                    return Unknown(node)

            # Order

            def leaves(self, value):
                if isinstance(value, Task):
                    return [value]
                if isinstance(value, Xcom):
                    return [value.task]
                if isinstance(value, Group):
                    return value.tasks
                if isinstance(value, (list, tuple)):
                    found = [self.leaves(element) for element in value]
                    return None if any(f is None for f in found) else [t for f in found for t in f]
                return None

            def unknown(self, node, values):
                """What is not understood, and comes from tasks all the same."""
                out = Unknown(node)
                out.tasks = self.sources(values)
                return out

            def sources(self, value):
                """The tasks whose results a value holds, at any depth."""
                if isinstance(value, Unknown):
                    return value.tasks
                if isinstance(value, (list, tuple)):
                    return [task for element in value for task in self.sources(element)]
                if isinstance(value, dict):
                    return self.sources(list(value.values()))
                return (self.leaves(value) or []) if isinstance(value, (Task, Xcom, Group)) else []

            def feed(self, task, values):
                """A task comes after those whose results it is given."""
                for other in self.sources(values):
                    if other not in task.after and other is not task:
                        task.after.append(other)

            def edge(self, first, then):
                before, after = self.leaves(first), self.leaves(then)
                if before is None or after is None:
                    return False
                for task in after:
                    for other in before:
                        if other not in task.after and other is not task:
                            task.after.append(other)
                return True

            def chain(self, args, node):
                for first, then in zip(args, args[1:]):
                    if isinstance(first, list) and isinstance(then, list):
                        good = len(first) == len(then) and all([self.edge(a, b) for a, b in zip(first, then)])
                    else:
                        good = self.edge(first, then)
                    if not good:
                        self.note(node.lineno, "the order '%s'" % ast.unparse(node)[:120])

            # Tasks

            def prefix(self):
                return self.groups[-1].prefix if self.groups else ""

            def add(self, task, dag=None):
                owner = dag if isinstance(dag, Dag) else self.current
                if owner is None:
                    self.note(task.line, "task '%s', which belongs to no DAG" % task.name)
                    return task
                if len(owner.tasks) >= MAXIMUM_TASKS:
                    raise SystemExit("more than %d tasks" % MAXIMUM_TASKS)
                owner.tasks.append(task)
                task.owner = owner
                for group in self.groups:
                    group.tasks.append(task)
                return task

            def maker(self, base, node):
                """What `.partial()` and `.expand()` are asked of: a function that makes tasks, or an operator."""
                if isinstance(base, Partial) or isinstance(base, Function) and base.kind not in (None, "dag"):
                    return base
                name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
                isOperator = name.endswith(("Operator", "Sensor")) and name != "BaseOperator"
                return name if isOperator and isinstance(base, Unknown) else None

            def make_mapped(self, verb, maker, args, kwargs, node):
                """A task as often as a list has elements, which only a run knows: it stands in its place, and fails."""
                given = {}
                while isinstance(maker, Partial):
                    maker, given = maker.maker, {**maker.kwargs, **given}
                if isinstance(maker, Function):
                    own = maker.options.get("group_id" if maker.kind == "group" else "task_id", maker.node.name)
                    name = self.numbered(self.prefix() + (own if isinstance(own, str) else maker.node.name))
                    shown, options = maker.node.name, maker.options
                else:
                    own = given.get("task_id")
                    if not isinstance(own, str):
                        self.note(node.lineno, "a %s whose task_id is not known" % maker)
                        own = "task-%d" % node.lineno
                    name, shown, options = self.prefix() + own, maker, given
                task = self.add(Task(name, "unknown", node.lineno), given.get("dag"))
                task.problems.append("dynamic mapping (%s) of '%s'" % (verb, shown))
                self.feed(task, [args, kwargs, given])
                ruled = {"retries", "retry_delay", "execution_timeout", "trigger_rule"}
                self.options(task, {key: value for key, value in options.items() if key in ruled}, set())
                return Xcom(task) if isinstance(maker, Function) else task

            def options(self, task, kwargs, known):
                owner = getattr(task, "owner", None)
                defaults = owner.options.get("default_args") if owner else None
                merged = {**(defaults if isinstance(defaults, dict) else {}), **kwargs}
                for key, value in merged.items():
                    if key in known or key in SILENT:
                        continue
                    if key in ("retries", "retry_delay", "execution_timeout", "trigger_rule"):
                        task.options[key] = value
                    elif value not in (None, False, "", [], {}):
                        shown = value.text if isinstance(value, Unknown) else repr(value)[:60]
                        if key in kwargs or owner is None:
                            self.note(task.line, "'%s=%s' of task '%s'" % (key, shown, task.name))
                        else:
                            self.note(owner.line, "'%s=%s' of default_args" % (key, shown))

            def make_operator(self, name, args, kwargs, node):
                own = kwargs.get("task_id")
                if isinstance(own, Unknown) or own is None:
                    shown = getattr(own, "text", "none")
                    self.note(node.lineno, "a %s whose task_id is not known: %s" % (name, shown))
                    own = "task-%d" % node.lineno
                task = self.add(Task(self.prefix() + str(own), "unknown", node.lineno), kwargs.get("dag"))
                known = set()
                if name == "BashOperator":
                    task.kind, task.command = "bash", kwargs.get("bash_command")
                    known = {"bash_command", "env", "append_env", "cwd"}
                    env = kwargs.get("env")
                    if isinstance(env, dict) and not any(isinstance(v, (Unknown, Xcom)) for v in env.values()):
                        task.options["env"] = {str(k): str(v) for k, v in env.items()}
                    elif env is not None:
                        task.problems.append("'env=%s'" % getattr(env, "text", "…"))
                    if kwargs.get("cwd") is not None:
                        task.problems.append("'cwd=%s'" % getattr(kwargs["cwd"], "text", kwargs["cwd"]))
                    if not isinstance(task.command, str):
                        task.problems.append("the command '%s'" % getattr(task.command, "text", task.command))
                        task.command = ":"
                elif name == "PythonOperator":
                    task.kind, known = "python", {"python_callable", "op_args", "op_kwargs", "provide_context"}
                    function = kwargs.get("python_callable")
                    if isinstance(function, Function):
                        task.call = (function, kwargs.get("op_args") or [], kwargs.get("op_kwargs") or {})
                    else:
                        task.problems.append("the callable '%s'" % getattr(function, "text", function))
                elif name == "KubernetesPodOperator":
                    task.kind = "pod"
                    known = {"image", "cmds", "arguments", "env_vars", "name", "namespace"}
                    parts = list(kwargs.get("cmds") or []) + list(kwargs.get("arguments") or [])
                    if not all(isinstance(part, str) for part in parts) or not parts:
                        task.problems.append("a command that only its image knows")
                        parts = [":"]
                    task.command = parts
                    task.options["image"] = str(getattr(kwargs.get("image"), "text", kwargs.get("image")))
                    if kwargs.get("env_vars"):
                        if isinstance(kwargs["env_vars"], dict):
                            task.options["env"] = {str(k): str(v) for k, v in kwargs["env_vars"].items()}
                        else:
                            task.problems.append("'env_vars'")
                elif name in ("EmptyOperator", "DummyOperator"):
                    task.kind = "empty"
                else:
                    known = set(kwargs)
                    task.problems.append("the %s" % name)
                self.feed(task, {key: value for key, value in kwargs.items() if key not in ("dag", "task_group")})
                self.options(task, kwargs, known)
                return task

            def numbered(self, name):
                """A function's further tasks have a number, as in Airflow."""
                calls = self.current.calls if self.current else {}
                count = calls[name] = calls.get(name, -1) + 1
                return name if count == 0 else "%s__%d" % (name, count)

            def make_taskflow(self, function, args, kwargs, node):
                own = function.options.get("task_id", function.node.name)
                name = self.numbered(self.prefix() + (own if isinstance(own, str) else function.node.name))
                task = self.add(Task(name, "python", node.lineno))
                if function.kind == "task":
                    task.call = (function, args, kwargs)
                else:
                    task.kind = "unknown"
                    task.problems.append("@%s" % function.kind)
                self.feed(task, [args, kwargs])
                self.options(task, function.options, set())
                return Xcom(task)

            # Python code

            def names(self, node):
                decorators = {id(n) for d in getattr(node, "decorator_list", []) for n in ast.walk(d)}
                return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
                        and id(n) not in decorators}

            def segment(self, node, isFunction):
                """The lines of a statement, moved to the margin; a task's function without its decorator."""
                start = node.lineno
                if not isFunction and getattr(node, "decorator_list", None):
                    start = min(d.lineno for d in node.decorator_list)
                # What goes on inside a text is not indentation.
                inside = {line for n in ast.walk(node)
                          if isinstance(n, ast.JoinedStr) or isinstance(getattr(n, "value", None), (str, bytes))
                          for line in range(n.lineno + 1, n.end_lineno + 1)}
                out = []
                for number in range(start, node.end_lineno + 1):
                    line = self.lines[number - 1]
                    margin = 0 if number in inside else min(node.col_offset, len(line) - len(line.lstrip()))
                    out.append(line[margin:])
                return "\n".join(out)

            def script(self, task):
                function, args, kwargs = task.call
                node = function.node
                if not isinstance(args, list) or not isinstance(kwargs, dict):
                    task.problems.append("arguments that are no literals")
                    args, kwargs = [], {}
                wanted, seen, parts = [], set(), []
                queue = sorted(self.names(node))
                while queue:
                    name = queue.pop(0)
                    if name in seen:
                        continue
                    seen.add(name)
                    statement = self.statements.get((id(function.scope), name))
                    statement = statement or self.statements.get((id(self.top), name))
                    if statement is None or statement is node:
                        continue
                    isImport = isinstance(statement, (ast.Import, ast.ImportFrom))
                    module = getattr(statement, "module", None) or (statement.names[0].name if isImport else "")
                    if isImport and module.split(".")[0] == "airflow":
                        task.problems.append("'%s' of Airflow, which its code uses" % name)
                        continue
                    if statement not in wanted:
                        wanted.append(statement)
                    if not isImport:
                        decorators = getattr(statement, "decorator_list", [])
                        queue += sorted(n.id for d in decorators for n in ast.walk(d) if isinstance(n, ast.Name))
                        queue += sorted(self.names(statement))
                wanted.sort(key=lambda s: s.lineno)
                for statement in wanted:
                    parts.append(self.segment(statement, False))
                if isinstance(node, ast.Lambda):
                    called = "(%s)" % ast.unparse(node)
                else:
                    parts.append(self.segment(node, True))
                    called = node.name
                given = set(kwargs)
                positional = [a.arg for a in node.args.posonlyargs + node.args.args]
                given |= set(positional[:len(args)])
                optional = set(positional[len(positional) - len(node.args.defaults):]) if node.args.defaults else set()
                optional |= {a.arg for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults) if d is not None}
                for name in positional + [a.arg for a in node.args.kwonlyargs]:
                    if name not in given and (name in CONTEXT or name not in optional):
                        task.problems.append("argument '%s', which Airflow's context gives" % name)
                if node.args.kwarg and node.args.kwarg.arg in self.names(node):
                    task.problems.append("Airflow's context, which '**%s' holds" % node.args.kwarg.arg)
                shown = [self.render(a, task) for a in args]
                shown += ["%s=%s" % (k, self.render(v, task)) for k, v in kwargs.items()]
                task.script = ("\n\n\n".join(parts), "%s(%s)" % (called, ", ".join(shown)))

            def render(self, value, task):
                """A value as Python's text; what another task returned is read from its output."""
                if isinstance(value, Xcom):
                    value.task.returns = True
                    if value.task not in task.inputs:
                        task.inputs.append(value.task)
                    return "_returned(%r)%s" % (value.task.name, "".join("[%r]" % key for key in value.path))
                if isinstance(value, list):
                    return "[%s]" % ", ".join(self.render(v, task) for v in value)
                if isinstance(value, dict):
                    return "{%s}" % ", ".join("%r: %s" % (k, self.render(v, task)) for k, v in value.items())
                if isinstance(value, (str, int, float, bool, type(None))):
                    if isinstance(value, str) and "{{" in value:
                        task.problems.append("the template '%s'" % value[:80])
                    return repr(value)
                task.problems.append("the argument '%s'" % getattr(value, "text", type(value).__name__))
                return "None"

            # Statements

            def bind(self, target, value, scope):
                if isinstance(target, ast.Name):
                    scope[target.id] = value
                elif isinstance(target, (ast.Tuple, ast.List)):
                    values = value if isinstance(value, (list, tuple)) else [Unknown(target)] * len(target.elts)
                    for element, one in zip(target.elts, values):
                        self.bind(element, one, scope)

            def follow(self, body, scope):
                for node in body:
                    if isinstance(node, (ast.Import, ast.ImportFrom)):
                        for alias in node.names:
                            self.statements[(id(scope), alias.asname or alias.name.split(".")[0])] = node
                    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                        value = self.value(node.value, scope)
                        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                            self.bind(target, value, scope)
                            if isinstance(target, ast.Name) and not isinstance(value, (Task, Xcom, Dag, Group)):
                                self.statements[(id(scope), target.id)] = node
                    elif isinstance(node, ast.Expr):
                        if not isinstance(node.value, ast.Constant):
                            value = self.value(node.value, scope)
                            if isinstance(value, Unknown):
                                self.note(node.lineno, "'%s'" % value.text)
                    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                        scope[node.name] = self.function(node, scope)
                        self.statements[(id(scope), node.name)] = node
                    elif isinstance(node, ast.ClassDef):
                        self.statements[(id(scope), node.name)] = node
                    elif isinstance(node, ast.With):
                        self.follow_with(node, scope)
                    elif isinstance(node, ast.For):
                        items = self.value(node.iter, scope)
                        if isinstance(items, (list, tuple, range, dict)) and len(items) <= MAXIMUM_TASKS:
                            for item in items:
                                self.bind(node.target, item, scope)
                                self.follow(node.body, scope)
                        else:
                            over = ast.unparse(node.iter)[:80]
                            self.note(node.lineno, "a loop over '%s', which is known only when it runs" % over)
                    elif isinstance(node, ast.If):
                        test = self.value(node.test, scope)
                        if "__name__" in ast.unparse(node.test):
                            continue
                        if isinstance(test, Unknown):
                            self.note(node.lineno, "what depends on '%s'" % test.text)
                        else:
                            self.follow(node.body if test else node.orelse, scope)
                    elif isinstance(node, (ast.Pass, ast.Return, ast.Global)):
                        continue
                    else:
                        self.note(node.lineno, "the statement '%s'" % ast.unparse(node).splitlines()[0][:80])

            def follow_with(self, node, scope):
                entered = []
                for item in node.items:
                    value = self.value(item.context_expr, scope)
                    if item.optional_vars is not None:
                        self.bind(item.optional_vars, value, scope)
                    entered.append(value)
                dag = next((v for v in entered if isinstance(v, Dag)), None)
                groups = [v for v in entered if isinstance(v, Group)]
                if dag is None and not groups:
                    self.note(node.lineno, "'with %s'" % ast.unparse(node.items[0])[:80])
                before = self.current
                self.current = dag or self.current
                self.groups += groups
                self.follow(node.body, scope)
                self.groups = self.groups[:len(self.groups) - len(groups)]
                self.current = before

            def function(self, node, scope):
                for decorator in node.decorator_list:
                    call = decorator if isinstance(decorator, ast.Call) else None
                    name = ast.unparse(call.func if call else decorator)
                    options = {k.arg: self.value(k.value, scope) for k in (call.keywords if call else []) if k.arg}
                    if name == "dag" or name.endswith(".dag"):
                        if call and call.args:
                            options["dag_id"] = self.value(call.args[0], scope)
                        return Function(node, scope, "dag", options)
                    if name == "task_group" or name.endswith(".task_group"):
                        return Function(node, scope, "group", options)
                    if name == "task" or name == "task.python" or name.endswith(".task"):
                        return Function(node, scope, "task", options)
                    if name.startswith("task."):
                        return Function(node, scope, name, options)
                return Function(node, scope)

            def run_dag(self, function, node):
                dag = Dag(function.options.get("dag_id", function.node.name), function.node.lineno, function.options)
                self.dags.append(dag)
                before, self.current = self.current, dag
                self.follow(function.node.body, self.inner(function, [], {}))
                self.current = before
                return dag

            def run_group(self, function, args, kwargs):
                group = Group(self.prefix() + function.options.get("group_id", function.node.name) + ".")
                self.groups.append(group)
                self.follow(function.node.body, self.inner(function, args, kwargs))
                self.groups.pop()
                return group

            def inner(self, function, args, kwargs):
                scope = dict(function.scope)
                names = [a.arg for a in function.node.args.args]
                defaults = function.node.args.defaults
                for name, default in zip(names[len(names) - len(defaults):], defaults):
                    scope[name] = self.value(default, scope)
                scope.update(zip(names, args))
                scope.update(kwargs)
                self.kept = getattr(self, "kept", []) + [scope]  # scopes are known by their identity
                return scope

            # The document

            def document(self):
                self.follow(self.module.body, self.top)
                return {"dags": [self.dag(dag) for dag in self.dags], "notes": self.notes}

            def dag(self, dag):
                options, out = dag.options, {"id": str(dag.name), "line": dag.line}
                schedule = options.get("schedule", options.get("schedule_interval"))
                start = options.get("start_date")
                defaults = options.get("default_args")
                if start is None and isinstance(defaults, dict):
                    start = defaults.get("start_date")
                if isinstance(schedule, datetime.timedelta):
                    known = {3600: "@hourly", 86400: "@daily", 604800: "@weekly"}
                    schedule = known.get(schedule.total_seconds(), Unknown(ast.parse(repr(schedule)).body[0]))
                if isinstance(schedule, str) and (schedule in PRESETS or len(schedule.split()) == 5):
                    out["cron"] = schedule
                    if isinstance(start, dict) and isinstance(start.get("zone"), str):
                        out["zone"] = start["zone"]
                    out["catch_up"] = bool(options.get("catchup") is True)
                elif schedule is not None:
                    self.note(dag.line, "the schedule '%s'" % getattr(schedule, "text", schedule))
                timeout = options.get("dagrun_timeout")
                if isinstance(timeout, datetime.timedelta):
                    out["deadline"] = max(1, int(timeout.total_seconds()))
                out["description"] = options.get("description") if isinstance(options.get("description"), str) else ""
                known = {"dag_id", "schedule", "schedule_interval", "start_date", "catchup", "default_args", "tags",
                         "description", "doc_md", "dagrun_timeout", "dag_display_name"}
                for key, value in options.items():
                    if key not in known and value not in (None, False, {}, []):
                        self.note(dag.line, "'%s=%s' of the DAG" % (key, getattr(value, "text", repr(value)[:60])))
                for task in dag.tasks:
                    if task.call:
                        self.script(task)
                out["tasks"] = [self.task(task) for task in dag.tasks]
                return out

            def task(self, task):
                options = task.options
                out = {"id": task.name, "line": task.line, "kind": task.kind, "after": [t.name for t in task.after],
                       "inputs": [t.name for t in task.inputs], "returns": task.returns, "env": options.get("env", {}),
                       "retries": 0, "delay": 300.0}
                if isinstance(options.get("retries"), int):
                    out["retries"] = options["retries"]
                if isinstance(options.get("retry_delay"), datetime.timedelta):
                    out["delay"] = options["retry_delay"].total_seconds()
                elif isinstance(options.get("retry_delay"), (int, float)):
                    out["delay"] = float(options["retry_delay"])
                if isinstance(options.get("execution_timeout"), datetime.timedelta):
                    out["timeout"] = max(1, int(options["execution_timeout"].total_seconds()))
                for key in ("retries", "retry_delay", "execution_timeout"):
                    if isinstance(options.get(key), Unknown):
                        self.note(task.line, "'%s=%s' of task '%s'" % (key, options[key].text, task.name))
                rule = options.get("trigger_rule", "all_success")
                if isinstance(rule, str) and rule in RULES:
                    out["join"] = RULES[rule]
                    if rule == "none_failed":
                        self.note(task.line, "task '%s' (none_failed) is left out when all before it are" % task.name)
                else:
                    task.problems.append("trigger_rule '%s'" % getattr(rule, "text", rule))
                if task.kind == "bash":
                    out["bash"] = task.command
                    if "{{" in task.command or "{%" in task.command:
                        task.problems.append("the template in '%s'" % task.command.strip()[:80])
                    if task.command.rstrip().endswith((".sh", ".bash")) and len(task.command.split()) == 1:
                        task.problems.append("'%s', which Airflow reads as a template" % task.command.strip())
                elif task.kind == "pod":
                    out["words"], out["image"] = task.command, options["image"]
                    if any("{{" in word for word in task.command):
                        task.problems.append("the template in its arguments")
                elif task.kind == "python" and task.call:
                    out["code"], out["call"] = task.script
                if isinstance(out.get("env"), dict):
                    for key, value in out["env"].items():
                        if "{{" in value:
                            task.problems.append("the template in variable '%s'" % key)
                out["problems"] = task.problems
                return out


        def main():
            signal.alarm(60)  # loops inside loops have no other bound
            source = sys.stdin.buffer.read().decode("utf-8")
            try:
                document = Reader(source).document()
            except SyntaxError as error:
                document = {"error": "line %s: %s" % (error.lineno, error.msg), "dags": [], "notes": []}
            except RecursionError:
                document = {"error": "it is nested too deeply", "dags": [], "notes": []}
            json.dump(document, sys.stdout)


        main()
        """#
}
