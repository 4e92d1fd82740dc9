// Which source files the Java compiler goes through for each function: the reference for `xtask closures`.
//
//   lockstep functions --format json > functions.json          (in the checkout)
//   java xtask/reference/JavacReferences.java CHECKOUT functions.json > reference.json
//
// Every source file below a source root of the checkout (tests left out) is parsed and attributed by javac, module by
// module; classes of libraries are missing, and javac goes on regardless. Of each file, the files are taken whose elements
// its tree refers to: types, methods, fields, of expressions too. The closure over them from a function's entry file is
// its answer. A type that is used through an expression alone counts where the compiler has to know it: the type of every
// expression does.
//
// A module is compiled with the modules that its build file names; of one build, all are compiled at once unless names
// collide. That is read from `settings.gradle`, `build.gradle` and `pom.xml` by a few patterns of this file's own.

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeMirror;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

public final class JavacReferences {
    private final Path checkout;
    /** Modules by their folders, with the source files that they hold. */
    private final Map<Path, List<Path>> modules = new TreeMap<>();
    private final Map<Path, Set<Path>> dependencies = new TreeMap<>();
    /** What each source file refers to. */
    private final Map<Path, Set<Path>> references = new TreeMap<>();

    private JavacReferences(Path checkout) {
        this.checkout = checkout;
    }

    public static void main(String[] arguments) throws IOException {
        var program = new JavacReferences(Path.of(arguments[0]).toRealPath());
        program.findModules();
        for (Set<Path> together : program.groups()) {
            program.attribute(together);
        }
        program.print(Files.readString(Path.of(arguments[1])));
    }

    // ---- which files belong together

    private void findModules() throws IOException {
        List<Path> files;
        try (var walk = Files.walk(checkout)) {
            files = walk.filter(Files::isRegularFile).filter(path -> !path.toString().contains("/.git/")).sorted().toList();
        }
        var folders = new TreeSet<Path>();
        var artifacts = new TreeMap<String, Path>();
        for (Path file : files) {
            String name = file.getFileName().toString();
            if (name.equals("pom.xml") || name.startsWith("build.gradle")) {
                folders.add(file.getParent());
            }
            if (name.equals("pom.xml")) {
                String own = Files.readString(file).replaceAll("(?s)<(parent|dependencies|build|profiles|dependencyManagement)>.*?</\\1>", "");
                Matcher artifact = Pattern.compile("<artifactId>\\s*([^<\\s]+)").matcher(own);
                if (artifact.find()) {
                    artifacts.put(artifact.group(1), file.getParent());
                }
            }
        }
        for (Path folder : folders) {
            dependencies.put(folder, declared(folder, artifacts));
        }
        for (Path file : files) {
            if (!file.toString().endsWith(".java") || isTest(file)) {
                continue;
            }
            Path module = file.getParent();
            while (module != null && !folders.contains(module) && !module.equals(checkout)) {
                module = module.getParent();
            }
            modules.computeIfAbsent(module, key -> new ArrayList<>()).add(file);
        }
    }

    private boolean isTest(Path file) {
        String path = "/" + checkout.relativize(file);
        return Pattern.compile("/src/([^/]*[tT]est[^/]*)/").matcher(path).find();
    }

    private Set<Path> declared(Path folder, Map<String, Path> artifacts) throws IOException {
        var found = new TreeSet<Path>();
        for (String name : List.of("build.gradle", "build.gradle.kts")) {
            Path file = folder.resolve(name);
            if (!Files.exists(file)) {
                continue;
            }
            for (String line : Files.readAllLines(file)) {
                Matcher project = Pattern.compile("project\\(\\s*(?:path:\\s*)?[\"'](:[^\"']+)").matcher(line);
                while (!line.strip().startsWith("test") && project.find()) {
                    found.add(root(folder).resolve(project.group(1).substring(1).replace(':', '/')));
                }
            }
        }
        Path pom = folder.resolve("pom.xml");
        if (Files.exists(pom)) {
            Matcher dependency = Pattern.compile("(?s)<dependency>.*?<artifactId>\\s*([^<\\s]+).*?</dependency>").matcher(Files.readString(pom));
            while (dependency.find()) {
                Path project = artifacts.get(dependency.group(1));
                if (project != null) {
                    found.add(project);
                }
            }
        }
        found.remove(folder);
        return found;
    }

    private Path root(Path folder) {
        for (Path around = folder; around != null && around.startsWith(checkout); around = around.getParent()) {
            if (Files.exists(around.resolve("settings.gradle")) || Files.exists(around.resolve("settings.gradle.kts"))) {
                return around;
            }
        }
        return checkout;
    }

    // ---- what the compiler says of them

    /** Modules that are compiled at once: with all that they see, and with each other unless names collide. */
    private List<Set<Path>> groups() throws IOException {
        var groups = new ArrayList<Set<Path>>();
        var names = new ArrayList<Set<String>>();
        for (Path module : modules.keySet()) {
            var visible = visible(module);
            var own = names(visible);
            int at = 0;
            while (at < groups.size() && !agree(groups.get(at), names.get(at), visible)) {
                at++;
            }
            if (at == groups.size()) {
                groups.add(new TreeSet<>());
                names.add(new TreeSet<>());
            }
            groups.get(at).addAll(visible);
            names.get(at).addAll(own);
        }
        return groups;
    }

    private Set<Path> visible(Path module) {
        var visible = new TreeSet<Path>();
        Deque<Path> open = new ArrayDeque<>(List.of(module));
        while (!open.isEmpty()) {
            Path next = open.pop();
            if (visible.add(next)) {
                open.addAll(dependencies.getOrDefault(next, Set.of()));
            }
        }
        return visible;
    }

    /** True if no name of one group means something else in the other. */
    private boolean agree(Set<Path> group, Set<String> names, Set<Path> more) throws IOException {
        var added = new TreeSet<>(more);
        added.removeAll(group);
        var addedNames = names(added);
        addedNames.retainAll(names);
        return addedNames.isEmpty() && root(group.iterator().next()).equals(root(more.iterator().next()));
    }

    private Set<String> names(Set<Path> folders) throws IOException {
        var names = new TreeSet<String>();
        for (Path folder : folders) {
            for (Path file : modules.getOrDefault(folder, List.of())) {
                Matcher clause = Pattern.compile("(?m)^\\s*package\\s+([\\w.]+)").matcher(Files.readString(file));
                names.add((clause.find() ? clause.group(1) : "") + "/" + file.getFileName());
            }
        }
        return names;
    }

    private void attribute(Set<Path> together) throws IOException {
        var sources = new ArrayList<Path>();
        together.forEach(folder -> sources.addAll(modules.getOrDefault(folder, List.of())));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null);
        var options = List.of("-proc:none", "-XDshould-stop.ifError=FLOW", "-Xmaxerrs", "1000000", "-nowarn");
        var task = (JavacTask) compiler.getTask(
                Writer.nullWriter(), manager, diagnostic -> {}, options, null, manager.getJavaFileObjectsFromPaths(sources));
        var units = new ArrayList<CompilationUnitTree>();
        task.parse().forEach(units::add);
        task.analyze();
        Trees trees = Trees.instance(task);
        for (CompilationUnitTree unit : units) {
            Path file = pathOf(unit.getSourceFile());
            var scanner = new References(trees);
            scanner.scan(unit, null);
            scanner.found.remove(file);
            references.put(file, scanner.found);
        }
    }

    private static Path pathOf(JavaFileObject file) {
        return Path.of(file.toUri());
    }

    /** The files of all elements, and of the types of all expressions, in a tree. */
    private static final class References extends TreePathScanner<Void, Void> {
        final Trees trees;
        final Set<Path> found = new TreeSet<>();

        References(Trees trees) {
            this.trees = trees;
        }

        @Override
        public Void scan(Tree tree, Void nothing) {
            if (tree != null) {
                TreePath path = getCurrentPath() == null ? null : new TreePath(getCurrentPath(), tree);
                if (path != null) {
                    add(trees.getElement(path));
                    add(trees.getTypeMirror(path));
                }
            }
            return super.scan(tree, nothing);
        }

        /** An import that nothing uses brings nothing in. */
        @Override
        public Void visitImport(ImportTree tree, Void nothing) {
            return null;
        }

        private void add(Element element) {
            Element type = element;
            while (type != null && !(type instanceof TypeElement)) {
                if (type.getKind() == ElementKind.PACKAGE) {
                    return;
                }
                type = type.getEnclosingElement();
            }
            TreePath place = type == null ? null : trees.getPath(type);
            if (place != null) {
                found.add(pathOf(place.getCompilationUnit().getSourceFile()));
            }
        }

        private void add(TypeMirror type) {
            if (type instanceof DeclaredType declared) {
                add(declared.asElement());
                declared.getTypeArguments().forEach(this::add);
            } else if (type instanceof ArrayType array) {
                add(array.getComponentType());
            }
        }
    }

    // ---- the answer

    private void print(String functions) {
        var out = new PrintWriter(System.out);
        out.print("{\"tool\": \"javac " + Runtime.version().feature() + "\", \"functions\": {");
        String between = "";
        for (var function : entries(functions).entrySet()) {
            Path entry = checkout.resolve(function.getValue());
            if (!references.containsKey(entry)) {
                continue;
            }
            var reached = new TreeSet<Path>();
            Deque<Path> open = new ArrayDeque<>(List.of(entry));
            while (!open.isEmpty()) {
                Path next = open.pop();
                if (reached.add(next)) {
                    open.addAll(references.getOrDefault(next, Set.of()));
                }
            }
            var paths = reached.stream().map(path -> quoted(checkout.relativize(path).toString())).toList();
            out.print(between + "\n" + quoted(function.getKey()) + ": [" + String.join(", ", paths) + "]");
            between = ",";
        }
        out.println("\n}}");
        out.flush();
    }

    /** Functions by id, with their entry files. The JSON is Lockstep's own: `id` comes before `entry` in each. */
    private static Map<String, String> entries(String json) {
        var entries = new TreeMap<String, String>();
        Matcher function = Pattern.compile("\"id\":\\s*\"([^\"]+)\"|\"entry\":\\s*\\{\\s*\"path\":\\s*\"([^\"]+)\"").matcher(json);
        String id = null;
        while (function.find()) {
            if (function.group(1) != null) {
                id = function.group(1);
            } else if (id != null) {
                entries.putIfAbsent(id, function.group(2));
            }
        }
        return entries;
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
