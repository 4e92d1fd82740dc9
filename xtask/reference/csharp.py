#!/usr/bin/env python3
"""The files that C# functions reach, as the C# compiler binds their names.

Roslyn (Microsoft.CodeAnalysis.CSharp) is driven from Python through pythonnet. What it needs can be had from package
registries: the runtime is the wheel `dotnetcore2` (.NET Core 3.1), the compiler's assemblies come with the npm package
`@autorest/csharp` (4.1.0 with 3.0.0-beta.20230329.1; System.Collections.Immutable, System.Reflection.Metadata and
System.Runtime.CompilerServices.Unsafe with 3.0.0-beta.20210929.2; the last three must replace those of the runtime).
This runtime wants libssl.so.1.1 and libcrypto.so.1.1 (LD_LIBRARY_PATH); the wheel psycopg2-binary 2.9.5 carries both.

    pip install pythonnet dotnetcore2
    lockstep functions CHECKOUT --format json > functions.json
    python3 csharp.py --roslyn FOLDER_OF_ASSEMBLIES --functions functions.json [--by files|symbols] CHECKOUT > reference.json

Each project is compiled from its own sources, with the projects that it references, and without its packages: names of
types from packages do not bind, all others do. A node of the graph is a file (--by files), or what can be used without
the rest of it (--by symbols: a type with its instance members, a static member, a method of a class in which functions
start). There is an edge where the compiler says that a name, or a candidate for it, is declared there. What a container
injects and a mediator calls is no matter of the compiler; the rule of the page of C# is applied to its symbols.

This compiler knows C# 10, and most of 11. Primary constructors of classes are newer: such classes are read as records.
"""

import argparse
import fnmatch
import json
import os
import pathlib
import re
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict, deque

LIFETIME = re.compile(r"^(Try)?Add(Keyed)?(Scoped|Singleton|Transient)$")
REGISTRATIONS = {"AddHttpClient", "AddDbContext", "AddDbContextPool", "AddDbContextFactory", "AddOptions", "Configure",
                 "ConfigureOptions"}
REQUESTS = {"GetRequiredService", "GetService", "GetServices", "GetKeyedService", "GetRequiredKeyedService",
            "GetServiceOrCreateInstance", "CreateInstance"}
MESSAGES = {"Send", "Publish", "CreateStream"}
HANDLERS = {"IRequestHandler", "INotificationHandler", "IStreamRequestHandler"}
MARKS = {"Function", "FunctionName", "LambdaFunction"}
CONTROLLER_CALLS = {"AddControllers", "AddControllersWithViews", "AddMvc", "AddMvcCore", "MapControllers", "UseMvc"}
IMPLICIT = ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading",
            "System.Threading.Tasks"]


def start_runtime(roslyn):
    """Loads .NET and the compiler into this process."""
    import dotnetcore2
    root = os.path.join(os.path.dirname(dotnetcore2.__file__), "bin")
    os.environ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1"
    config = os.path.join(roslyn, "runtimeconfig.json")
    with open(config, "w") as out:
        json.dump({"runtimeOptions": {"tfm": "netcoreapp3.1",
                                      "framework": {"name": "Microsoft.NETCore.App", "version": "3.1.0"}}}, out)
    from clr_loader import get_coreclr
    from pythonnet import set_runtime
    set_runtime(get_coreclr(runtime_config=config, dotnet_root=root))
    import clr
    for name in ["System.Runtime.CompilerServices.Unsafe", "System.Collections.Immutable",
                 "System.Reflection.Metadata", "Microsoft.CodeAnalysis", "Microsoft.CodeAnalysis.CSharp"]:
        clr.AddReference(os.path.join(roslyn, name))
    shared = os.path.join(root, "shared", "Microsoft.NETCore.App")
    return os.path.join(shared, os.listdir(shared)[0])


class Project:
    """A project file: its sources and the projects it references. Conditions are not evaluated."""

    def __init__(self, root, path):
        self.path, self.folder = path, path.parent
        self.references, self.usings, self.sources = [], [], set()
        tree = ET.parse(path).getroot()
        for element in tree.iter():
            element.tag = element.tag.split("}")[-1]
        self.default = "Sdk" in tree.attrib
        self.includes, self.removes, self.imports = [], [], []
        self.read(tree, self.folder)
        for above in [self.folder, *self.folder.parents]:
            props = above / "Directory.Build.props"
            if props.exists():
                self.read(ET.parse(props).getroot(), above)
            if above == root:
                break
        for imported in self.imports:
            if imported.exists():
                self.read(ET.parse(imported).getroot(), imported.parent)

    def read(self, tree, here):
        for element in tree.iter():
            tag = element.tag.split("}")[-1]
            include = element.attrib.get("Include", "").replace("\\", "/").replace("$(MSBuildThisFileDirectory)", f"{here}/")
            if tag == "ProjectReference" and include:
                self.references.append((self.folder / include).resolve())
            elif tag == "Using" and include:
                alias, static = element.attrib.get("Alias"), element.attrib.get("Static")
                self.usings.append(f"{alias} = {include}" if alias else f"static {include}" if static else include)
            elif tag == "Compile":
                self.includes += [self.folder / part for part in include.split(";") if part]
                self.removes += [part for part in element.attrib.get("Remove", "").replace("\\", "/").split(";") if part]
            elif tag == "EnableDefaultCompileItems" and (element.text or "").strip().lower() == "false":
                self.default = False
            elif tag == "Import" and element.attrib.get("Project", "").endswith(".projitems"):
                name = element.attrib["Project"].replace("\\", "/")
                self.imports.append((here / name).resolve())


def read_projects(root):
    """All projects with their sources, and the project files by path."""
    projects = {}
    for path in sorted(root.rglob("*.csproj")):
        try:
            projects[path.resolve()] = Project(root, path.resolve())
        except ET.ParseError:
            print(f"not well formed: {path}", file=sys.stderr)
    folders = defaultdict(list)
    for project in projects.values():
        folders[project.folder].append(project)
    loose = set()
    for source in root.rglob("*.cs"):
        if {"obj", "bin"} & set(source.parts):
            continue
        source = source.resolve()
        near = next((folders[folder] for folder in source.parents if folder in folders), None)
        if near is None:
            loose.add(source)
        for project in near or []:
            inside = str(source.relative_to(project.folder))
            if project.default and not any(fnmatch.fnmatch(inside, part.replace("**/", "*").replace("**", "*"))
                                           for part in project.removes):
                project.sources.add(source)
    for project in projects.values():
        for include in project.includes:
            if "*" in str(include):
                base = pathlib.Path(str(include).split("*")[0].rsplit("/", 1)[0])
                if base.exists():
                    project.sources |= {p.resolve() for p in base.rglob("*.cs")}
            elif include.suffix == ".cs" and include.exists():
                project.sources.add(include.resolve())
    return projects, loose


PRIMARY = re.compile(r"\bclass(\s+\w+(?:<[^<>(){};]*>)?\s*\()")


def load(text):
    """The text as this compiler can read it."""
    return PRIMARY.sub(r"record\1", text.lstrip("\ufeff"))


class Graph:
    """Units, what they use, where they are declared."""

    def __init__(self, root, by):
        self.root, self.by = root, by
        self.edges, self.files = defaultdict(set), defaultdict(set)
        self.injected, self.sent = defaultdict(set), defaultdict(set)
        self.bound = defaultdict(list)         # service -> [(units made, project)]
        self.implementers = defaultdict(list)  # service -> [(written arguments, unit, project, abstract)]
        self.handlers = defaultdict(list)      # message -> [(unit, project)]
        self.controllers = []                  # [(unit, project)]
        self.wants_controllers = set()
        self.abstract = set()
        self.startup = defaultdict(set)        # project -> units
        self.marked = set()                    # files with attributes of functions
        self.split = set()                     # types whose methods are units
        self.methods = defaultdict(set)        # type -> units of its methods
        self.extensions = defaultdict(list)    # method -> [(unit, project)]: those whose first parameter is of a package
        self.by_method = defaultdict(set)      # (file, Class::Method) -> units

    def relative(self, path):
        return os.path.relpath(str(path), self.root)


def compile_all(projects, loose, framework):
    from System.Collections.Generic import List
    from Microsoft.CodeAnalysis import MetadataReference, SyntaxTree, OutputKind
    from Microsoft.CodeAnalysis.CSharp import (CSharpCompilation, CSharpCompilationOptions, CSharpParseOptions,
                                               CSharpSyntaxTree, LanguageVersion)
    options = CSharpParseOptions(LanguageVersion.Preview)
    base = []
    for name in sorted(os.listdir(framework)):
        if name.endswith(".dll") and (name.startswith("System.") or name in ("netstandard.dll", "mscorlib.dll")):
            try:
                base.append(MetadataReference.CreateFromFile(os.path.join(framework, name)))
            except Exception:
                pass
    trees, compiled = {}, {}
    usings = lambda names: "".join(f"global using {name};\n" for name in names)

    def tree_of(source):
        if source not in trees:
            text = load(source.read_text(encoding="utf-8", errors="replace"))
            trees[source] = CSharpSyntaxTree.ParseText(text, options, str(source))
        return trees[source]

    def compilation(path, seen=()):
        if path in compiled:
            return compiled[path]
        if path is None:
            sources, more, references = loose, [], []
        else:
            project = projects[path]
            sources, more = project.sources, project.usings
            references, open_, known = [], deque(project.references), set()
            while open_:
                one = open_.popleft()
                if one in projects and one not in known and one != path and one not in seen:
                    known.add(one)
                    references.append(compilation(one, (*seen, path)).ToMetadataReference())
                    open_.extend(projects[one].references)
        own = List[SyntaxTree]()
        for source in sorted(sources):
            own.Add(tree_of(source))
        own.Add(CSharpSyntaxTree.ParseText(usings([*IMPLICIT, *more]), options, "implicit"))
        all_references = List[MetadataReference]()
        for reference in [*base, *references]:
            all_references.Add(reference)
        compiled[path] = CSharpCompilation.Create(
            f"assembly{list(projects).index(path)}" if path else "loose", own, all_references,
            CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary))
        return compiled[path]

    for path in [*projects, None]:
        compilation(path)
    return compiled


def plain(name):
    return name.split("<")[0].split(".")[-1]


def build(graph, compiled, projects):
    from System.Threading import CancellationToken
    from Microsoft.CodeAnalysis import (IAliasSymbol, IMethodSymbol, INamedTypeSymbol, ISymbol, ModelExtensions, SymbolKind,
                                        TypeKind)
    from Microsoft.CodeAnalysis.CSharp import SyntaxKind

    # Values come as the interface that a method returns: what another one has needs a cast.
    def declared(model, node):
        symbol = ModelExtensions.GetDeclaredSymbol(model, node, CancellationToken(False))
        return symbol and (INamedTypeSymbol(symbol) if symbol.Kind == SymbolKind.NamedType else symbol)

    def display(symbol):
        return str(ISymbol(symbol).ToDisplayString(None))

    def information(model, node):
        return ModelExtensions.GetSymbolInfo(model, node, CancellationToken(False))

    def type_of(model, node):
        kind = ModelExtensions.GetTypeInfo(model, node, CancellationToken(False)).Type
        return INamedTypeSymbol(kind) if kind is not None and kind.Kind in (SymbolKind.NamedType, SymbolKind.ErrorType) else None

    kinds = {name: getattr(SyntaxKind, name) for name in [
        "IdentifierName", "GenericName", "InvocationExpression", "GlobalStatement", "ConstructorDeclaration",
        "ParameterList", "Parameter", "Attribute", "ObjectCreationExpression", "ClassDeclaration", "StructDeclaration",
        "RecordDeclaration", "RecordStructDeclaration", "InterfaceDeclaration", "EnumDeclaration",
        "DelegateDeclaration", "MethodDeclaration", "PropertyDeclaration", "FieldDeclaration",
        "EventFieldDeclaration", "EventDeclaration", "SimpleBaseType", "PrimaryConstructorBaseType", "TypeOfExpression",
        "ImplicitObjectCreationExpression", "BaseList", "ParenthesizedLambdaExpression",
        "SimpleMemberAccessExpression", "MemberBindingExpression"]}
    word = {int(value): name for name, value in kinds.items()}
    kind_of = lambda node: word.get(int(node.RawKind), "")
    types = {"ClassDeclaration", "StructDeclaration", "RecordDeclaration", "RecordStructDeclaration",
             "InterfaceDeclaration", "EnumDeclaration", "DelegateDeclaration"}
    members = {"MethodDeclaration", "PropertyDeclaration", "FieldDeclaration", "EventFieldDeclaration",
               "EventDeclaration", "ConstructorDeclaration"}
    by_files = graph.by == "files"

    # What each project sees: itself, and what it references, directly or not.
    sees = defaultdict(lambda: {""})
    for path in projects:
        open_ = deque([path])
        while open_:
            one = open_.popleft()
            if one in projects and str(one) not in sees[str(path)]:
                sees[str(path)].add(str(one))
                open_.extend(projects[one].references)

    def modifiers(node):
        return {str(one) for one in node.Modifiers}

    def type_key(symbol):
        symbol = ISymbol(symbol).OriginalDefinition
        assembly = symbol.ContainingAssembly
        # Projects may define the same name; a type from a package has no assembly here.
        place = str(assembly.Name) if assembly is not None and symbol.Kind != SymbolKind.ErrorType else ""
        return f"{place}|{display(symbol).split('<')[0]}" if place.startswith(("assembly", "loose")) else display(symbol).split("<")[0]

    def attribute_names(node):
        return {plain(str(attribute.Name)).removesuffix("Attribute")
                for attributes in node.AttributeLists for attribute in attributes.Attributes}

    # Where everything is declared, and which classes functions start in.
    per_tree = []
    for path, compilation in compiled.items():
        project = str(path) if path else ""
        for tree in compilation.SyntaxTrees:
            if str(tree.FilePath) == "implicit":
                continue
            per_tree.append((project, compilation, tree))
    done = set()
    for project, compilation, tree in per_tree:
        file = graph.relative(tree.FilePath)
        model = compilation.GetSemanticModel(tree, True)
        for node in tree.GetRoot().DescendantNodes():
            kind = kind_of(node)
            if kind in types:
                symbol = declared(model, node)
                key = type_key(symbol)
                graph.files[key].add(file)
                if symbol.IsAbstract and not symbol.IsStatic:
                    graph.abstract.add(key)
                if kind in ("ClassDeclaration", "RecordDeclaration", "InterfaceDeclaration", "StructDeclaration"):
                    methods = [m for m in node.Members if kind_of(m) == "MethodDeclaration"]
                    marked = [m for m in methods if attribute_names(m) & MARKS]
                    context = [m for m in methods if any(
                        plain(str(p.Type)) == "ILambdaContext" for p in m.ParameterList.Parameters)]
                    if (marked or context) and "partial" not in modifiers(node) and ", this" not in str(node) \
                            and "(this" not in str(node):
                        graph.split.add(key)
                    if marked:
                        graph.marked.add(file)
                    bases = [str(b.Type) for b in node.BaseList.Types] if node.BaseList else []
                    if "LambdaStartup" in attribute_names(node) or {"FunctionsStartup", "IWebJobsStartup"} & {plain(b) for b in bases}:
                        graph.startup[project].add(key)
                    if {"Controller", "ControllerBase"} & {plain(b) for b in bases}:
                        graph.controllers.append((key, project))
                done.add(key)
            elif kind == "GlobalStatement":
                graph.startup[project].add("top " + file)
                graph.files["top " + file].add(file)

    def member_key(symbol):
        """The unit of a member: its own if it can be used without its type."""
        symbol = ISymbol(symbol).OriginalDefinition
        owner = symbol.ContainingType
        key = type_key(owner)
        if owner.TypeKind == TypeKind.Enum:
            return key
        is_method = symbol.Kind == SymbolKind.Method
        if is_method and str(IMethodSymbol(symbol).MethodKind) in ("Constructor", "StaticConstructor", "UserDefinedOperator", "Conversion"):
            return key
        alone = symbol.IsStatic or (is_method and key in graph.split and not symbol.IsOverride)
        return f"{key}.{symbol.Name}" if alone else key

    def targets(symbol):
        if symbol is None:
            return []
        if symbol.Kind == SymbolKind.Alias:
            symbol = IAliasSymbol(symbol).Target
        if symbol.Kind == SymbolKind.NamedType:
            key = type_key(symbol)
            return [key, *graph.methods.get(key, ())] if key in graph.files else []
        if symbol.Kind in (SymbolKind.Method, SymbolKind.Property, SymbolKind.Field, SymbolKind.Event):
            if symbol.Kind == SymbolKind.Method:
                method = IMethodSymbol(symbol)
                if str(method.MethodKind) in ("LocalFunction", "AnonymousFunction"):
                    return []
                symbol = method.ReducedFrom or symbol
            if symbol.ContainingType is None or type_key(symbol.ContainingType) not in graph.files:
                return []
            return [member_key(symbol)]
        return []

    # Members that are units.
    for project, compilation, tree in per_tree:
        file = graph.relative(tree.FilePath)
        model = compilation.GetSemanticModel(tree, True)
        for node in tree.GetRoot().DescendantNodes():
            if kind_of(node) not in members:
                continue
            symbols = [declared(model, node)] if "Field" not in kind_of(node) else \
                [declared(model, v) for v in node.Declaration.Variables]
            for symbol in symbols:
                key = member_key(symbol)
                graph.files[key].add(file)
                owner = type_key(symbol.ContainingType)
                if symbol.Kind == SymbolKind.Method:
                    method = IMethodSymbol(symbol)
                    if method.IsExtensionMethod and str(method.Parameters[0].Type.TypeKind) in ("Error", "TypeParameter", "Interface"):
                        graph.extensions[str(symbol.Name)].append((key, project))
                    graph.by_method[(file, f"{symbol.ContainingType.Name}::{symbol.Name}")].add(key)
                    if symbol.IsStatic and symbol.Name == "Main":
                        graph.startup[project].add(key)
                    if owner in graph.split and key != owner and not symbol.IsStatic:
                        graph.methods[owner].add(key)
                        graph.edges[key].add(owner)

    bound_types = lambda model, node: [
        key for name in [node, *node.DescendantNodes()] if kind_of(name) in ("IdentifierName", "GenericName")
        for key in targets(first(information(model, name)))]

    def first(info):
        if info.Symbol is not None:
            return info.Symbol
        return info.CandidateSymbols[0] if info.CandidateSymbols.Length else None

    def every(info):
        return [info.Symbol] if info.Symbol is not None else list(info.CandidateSymbols)

    def owner_of(model, node, file):
        """The unit in which a node stands, and whether it stands in a constructor's parameters."""
        member, injected = None, False
        for above in node.Ancestors():
            kind = kind_of(above)
            if kind in members:
                member = member or above
            elif kind in types:
                if member is None:
                    return type_key(declared(model, above))
                symbol = declared(model, member) if "Field" not in kind_of(member) else \
                    declared(model, member.Declaration.Variables[0])
                return member_key(symbol)
            elif kind == "GlobalStatement":
                return "top " + file
        return "top " + file

    def parameter_of(node):
        """The parameter whose type the node is in: of a constructor, or one that a container fills."""
        for above in node.Ancestors():
            kind = kind_of(above)
            if kind == "Parameter":
                if above.Type is None or not above.Type.FullSpan.Contains(node.Span):
                    return False
                if {"FromServices", "FromKeyedServices"} & attribute_names(above):
                    return True
                parent = above.Parent.Parent
                if kind_of(parent) == "ConstructorDeclaration":
                    return True
                if kind_of(parent) == "ParenthesizedLambdaExpression":
                    call = parent.Parent.Parent.Parent if parent.Parent and parent.Parent.Parent else None
                    return call is not None and kind_of(call) == "InvocationExpression" and called(call).startswith("Map")
                # A class with a primary constructor, read as a record.
                return kind_of(parent) == "RecordDeclaration" and PRIMARY_NAMES.get(str(parent.SyntaxTree.FilePath), set()) >= {str(parent.Identifier)}
            if kind in members or kind in types:
                return False
        return False

    def called(invocation):
        text = invocation.Expression
        name = getattr(text, "Name", None) if hasattr(text, "Name") else text
        return plain(str(name)) if name is not None else ""

    def type_arguments(invocation):
        expression = invocation.Expression
        name = expression.Name if hasattr(expression, "Name") else expression
        return list(name.TypeArgumentList.Arguments) if hasattr(name, "TypeArgumentList") else []

    for project, compilation, tree in per_tree:
        file = graph.relative(tree.FilePath)
        model = compilation.GetSemanticModel(tree, True)
        root = tree.GetRoot()
        taken = []  # spans of registrations: what they name belongs to what they make
        for node in root.DescendantNodes():
            kind = kind_of(node)
            if kind == "InvocationExpression":
                method = called(node)
                arguments = [argument.Expression for argument in node.ArgumentList.Arguments]
                if LIFETIME.match(method) or method in REGISTRATIONS:
                    named = type_arguments(node) + [a.Type for a in arguments if kind_of(a) == "TypeOfExpression"]
                    made = [n.Type for a in arguments for n in [a, *a.DescendantNodes()] if kind_of(n) == "ObjectCreationExpression"]
                    service = named[0] if named else made[0] if made and kind_of(arguments[0]) != "IdentifierName" else None
                    if service is not None:
                        symbol = first(information(model, service))
                        key = type_key(symbol) if symbol is not None else plain(str(service))
                        units = [u for n in named[1:] for u in bound_types(model, n)]
                        units += [u for a in arguments if kind_of(a) != "TypeOfExpression" for u in bound_types(model, a)]
                        graph.bound[key].append((set(units), project))
                        taken.append(node.ArgumentList.Span)
                        taken += [argument.Span for argument in type_arguments(node)]
                elif method in MESSAGES and arguments:
                    symbol = type_of(model, arguments[0])
                    if symbol is not None:
                        graph.sent[file if by_files else owner_of(model, node, file)].add(type_key(symbol))
                elif method in CONTROLLER_CALLS:
                    graph.wants_controllers.add(file if by_files else owner_of(model, node, file))
            elif kind in ("SimpleBaseType", "PrimaryConstructorBaseType"):
                declaration = node.Parent.Parent
                owner = declared(model, declaration)
                generic = node.Type
                if plain(str(generic)) in HANDLERS and hasattr(generic, "TypeArgumentList"):
                    message = type_of(model, generic.TypeArgumentList.Arguments[0])
                    graph.handlers[type_key(message)].append((type_key(owner), project))
        # All services that a type can stand for.
        for node in root.DescendantNodes():
            if kind_of(node) in ("ClassDeclaration", "RecordDeclaration", "StructDeclaration"):
                symbol = declared(model, node)
                above, base = list(symbol.AllInterfaces), symbol.BaseType
                while base is not None:
                    above.append(base)
                    base = base.BaseType
                for service in above:
                    arguments = tuple(display(a) for a in service.TypeArguments)
                    graph.implementers[type_key(service)].append((arguments, type_key(symbol), project))
        for node in root.DescendantNodes():
            if kind_of(node) not in ("IdentifierName", "GenericName", "ImplicitObjectCreationExpression"):
                continue
            if any(span.Contains(node.Span) for span in taken):
                continue
            symbols = every(information(model, node))
            unit = file if by_files else owner_of(model, node, file)
            # On a value whose type is from a package, which extension is meant does not bind: all of that name that the
            # project can see, and whose own first parameter is of such a type.
            if not symbols and kind_of(node.Parent) in ("SimpleMemberAccessExpression", "MemberBindingExpression"):
                name = plain(str(node))
                for key, of in graph.extensions.get(name, ()):
                    if of in sees[project]:
                        graph.edges[unit].add(key)
            inside = parameter_of(node) or any(
                kind_of(above) == "InvocationExpression" and called(above) in REQUESTS
                and any(argument.Span.Contains(node.Span) for argument in type_arguments(above))
                for above in node.Ancestors())
            for symbol in symbols:
                for key in targets(symbol):
                    graph.edges[unit].add(key)
                if inside and symbol.Kind == SymbolKind.NamedType:
                    arguments = tuple(display(a) for a in INamedTypeSymbol(symbol).TypeArguments)
                    graph.injected[unit].add((type_key(symbol), arguments))
            # Who inherits may use static members without their type.
            if kind_of(node.Parent) == "SimpleBaseType" and not by_files:
                for symbol in symbols:
                    if symbol.Kind == SymbolKind.NamedType and INamedTypeSymbol(symbol).TypeKind == TypeKind.Class:
                        graph.edges[unit] |= {member_key(m) for m in INamedTypeSymbol(symbol).GetMembers()
                                              if m.IsStatic and str(m.DeclaredAccessibility) != "Private"
                                              and type_key(symbol) in graph.files and not m.IsImplicitlyDeclared}


PRIMARY_NAMES = {}


def closure(graph, projects, function):
    """The files of one function."""
    entry = function["entry"]
    root = pathlib.Path(graph.root)
    start = str(entry["path"])
    where = (root / function["code_root"]).resolve() if function.get("code_root") is not None else root
    inside = [path for path, project in projects.items() if where == project.folder or where in project.folder.parents]
    if not inside:
        near = next((f for f in [where, *where.parents] if any(p.folder == f for p in projects.values())), None)
        inside = [path for path, project in projects.items() if project.folder == near]
    deployed, open_ = set(), deque(inside)
    while open_:
        path = open_.popleft()
        if path in projects and str(path) not in deployed:
            deployed.add(str(path))
            open_.extend(projects[path].references)
    absolute = (root / start).resolve()
    own = {str(path) for path, project in projects.items() if absolute in project.sources}
    if not own <= deployed or not own:
        open_ = deque(pathlib.Path(path) for path in own)
        while open_:
            path = open_.popleft()
            if path in projects and str(path) not in deployed:
                deployed.add(str(path))
                open_.extend(projects[path].references)
    is_deployed = lambda project: project in deployed or not project
    by_files = graph.by == "files"
    units_of = defaultdict(set)
    for unit, files in graph.files.items():
        for file in files:
            units_of[file].add(unit)
    if by_files:
        begin = {start}
    else:
        several = function["shares_entry"] and entry.get("symbol")
        begin = graph.by_method.get((start, entry["symbol"])) if several else None
        begin = set(begin or units_of[start]) | {"top " + start}
    if start in graph.marked:
        for project in own or {""}:
            for unit in graph.startup[project]:
                begin |= graph.files[unit] if by_files else {unit}
    seen, files, open_ = set(), {start}, deque(begin)
    while open_:
        unit = open_.popleft()
        if unit in seen:
            continue
        seen.add(unit)
        files |= {unit} if by_files else graph.files.get(unit, set())
        following = set(graph.edges.get(unit, ()))
        services, told_of = deque(graph.injected.get(unit, ())), set()
        while services:
            service, arguments = services.popleft()
            if (service, arguments) in told_of:
                continue
            told_of.add((service, arguments))
            following.add(service)
            told = [made for made, project in graph.bound.get(service, ()) if is_deployed(project) and made]
            for made in told:
                following |= made
                services.extend((one, ()) for one in made)
            outside = service not in graph.files and arguments
            if not told and (service in graph.abstract or outside):
                for given, unit_of, project in graph.implementers.get(service, ()):
                    fits = not arguments or not given or all(
                        a == g or len(g.split(".")[-1]) < 3 for a, g in zip(arguments, given))
                    if is_deployed(project) and fits:
                        following.add(unit_of)
        for message in graph.sent.get(unit, ()):
            following |= {handler for handler, project in graph.handlers.get(message, ()) if is_deployed(project)}
        if unit in graph.wants_controllers:
            following |= {controller for controller, project in graph.controllers if is_deployed(project)}
        more = set()
        for one in following:
            if not by_files:
                more |= {one, *graph.methods.get(one, ())} if one in graph.methods and one != unit and not unit.startswith(one + ".") else {one}
            else:
                more |= graph.files.get(one, set())
        open_.extend(more)
    return sorted(files)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("checkout")
    arguments.add_argument("--roslyn", required=True)
    arguments.add_argument("--functions", required=True)
    arguments.add_argument("--by", choices=["files", "symbols"], default="symbols")
    asked = arguments.parse_args()
    root = pathlib.Path(asked.checkout).resolve()
    with open(asked.functions) as text:
        functions = json.load(text)["functions"]
    functions = [one for one in functions if one.get("entry") and one["entry"]["path"].endswith(".cs")]
    count = defaultdict(int)
    for one in functions:
        count[one["entry"]["path"]] += 1
    for one in functions:
        one["shares_entry"] = count[one["entry"]["path"]] > 1
    framework = start_runtime(os.path.abspath(asked.roslyn))
    projects, loose = read_projects(root)
    for source in [*loose, *(s for p in projects.values() for s in p.sources)]:
        text = source.read_text(encoding="utf-8", errors="replace")
        PRIMARY_NAMES[str(source)] = {re.sub(r"[<\s(].*", "", found.strip()) for found in PRIMARY.findall(text)}
    compiled = compile_all(projects, loose, framework)
    graph = Graph(str(root), asked.by)
    build(graph, compiled, projects)
    answer = {one["id"]: closure(graph, projects, one) for one in functions}
    json.dump({"tool": "Roslyn 4.1", "functions": answer}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
